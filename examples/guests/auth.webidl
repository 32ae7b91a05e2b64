// The contract of the demo's SDK: what a host may ask of go-auth.wasm.
// The faces of both sides are made of this file.
[Exposed=(Window,Worker)]
interface AuthSdk {
  // Loads the module and starts a worker.
  Promise<undefined> init();

  // Any of the guest's functions, by its name.
  Promise<Uint8Array> invoke(USVString name, Uint8Array payload);

  // Checks a token: a request in JSON, a verdict in JSON.
  Promise<USVString> authenticate(USVString request);

  // The digest in hexadecimal digits.
  Promise<USVString> sha256(Uint8Array bytes);

  Promise<Uint8Array> echo(Uint8Array bytes);
};
