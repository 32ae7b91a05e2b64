// Command go-auth is a WebAssembly guest that checks JSON Web Tokens. It is a
// reactor: the host calls _initialize once and then the exports in guest.go.
//
// auth.go and object.go hold the check itself. They know nothing of
// WebAssembly, so that their tests run natively.
package main

// main has to exist, but nobody calls it.
func main() {}
