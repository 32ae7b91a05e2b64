package io.millrace.instance;

/** What is done with an instance's state between two invocations. */
public enum ResetPolicy {

  /** Nothing: whatever an invocation leaves behind, the next one finds, of any tenant. */
  KEEP_STATE,

  /**
   * Before another tenant's invocation the instance goes back to the state in which its guest was
   * ready. Invocations of one tenant, one after the other, find what the earlier ones left. The
   * default.
   */
  ON_TENANT_CHANGE,

  /** After each invocation the instance goes back to the state in which its guest was ready. */
  AFTER_EACH_INVOCATION,

  /** Another tenant gets another instance, which no invocation has used. */
  FRESH_PER_TENANT,

  /** Each invocation gets an instance that no other has used. */
  FRESH_PER_INVOCATION;

  /** Whether instances have to go back to a state. */
  boolean resets() {
    return this == ON_TENANT_CHANGE || this == AFTER_EACH_INVOCATION;
  }

  /** Whether an instance that has served one tenant may serve another, perhaps after a reset. */
  boolean reusesAcrossTenants() {
    return this == KEEP_STATE || resets();
  }
}
