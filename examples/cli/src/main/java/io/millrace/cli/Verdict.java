package io.millrace.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What there is to say about a token.
 *
 * @param valid whether its bearer may pass
 * @param detail the subject of a valid token, or why another one is refused
 */
record Verdict(boolean valid, String detail) {

  static final Verdict BAD_REQUEST = refused("bad-request");
  static final Verdict MALFORMED = refused("malformed");
  static final Verdict ALGORITHM = refused("algorithm");
  static final Verdict SIGNATURE = refused("signature");
  static final Verdict EXPIRED = refused("expired");
  static final Verdict NOT_YET_VALID = refused("not-yet-valid");

  static Verdict validFor(String subject) {
    return new Verdict(true, subject);
  }

  private static Verdict refused(String reason) {
    return new Verdict(false, reason);
  }

  /** The guest's own form of it, all members. */
  JsonNode toJson() {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    return json.put("valid", valid).put(valid ? "subject" : "reason", detail);
  }

  /** What it is counted under. */
  String reason() {
    return valid ? "valid" : detail;
  }
}
