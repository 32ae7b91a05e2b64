// Exports in AssemblyScript are identifiers. The contract has one that is none.
import { Transform } from "assemblyscript/transform";

export default class extends Transform {
  afterCompile(module) {
    module.removeExport("hmac_sha256");
    module.addFunctionExport("index/hmac_sha256", "hmac-sha256");
  }
}
