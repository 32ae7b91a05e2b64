package io.millrace.webidl;

/**
 * Something in a contract that no face can be made of.
 *
 * @param line counted from 1
 * @param column counted from 1
 * @param message what it is, and what to write instead
 */
record IdlProblem(int line, int column, String message) {

  @Override
  public String toString() {
    return line + ":" + column + ": " + message;
  }
}
