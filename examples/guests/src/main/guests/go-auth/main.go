// Command go-auth is a WebAssembly guest that checks JSON Web Tokens. It is a
// reactor: the host calls _initialize once and then the exports in guest.go.
//
// The check itself is in the token package of the guest called go. That and
// auth.go know nothing of WebAssembly, so that their tests run natively.
package main

// main has to exist, but nobody calls it.
func main() {}
