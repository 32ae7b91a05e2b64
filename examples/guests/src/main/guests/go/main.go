// Command go is a WebAssembly guest with the ten functions of the contract. It
// is a reactor: the host calls _initialize once and then the exports.
//
// functions.go holds the functions themselves. They know nothing of
// WebAssembly.
package main

// main has to exist, but nobody calls it.
func main() {}
