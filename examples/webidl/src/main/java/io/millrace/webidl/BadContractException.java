package io.millrace.webidl;

import java.util.List;
import java.util.stream.Collectors;

/** A contract that no face can be made of, with everything that is wrong with it. */
final class BadContractException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient List<IdlProblem> problems;

  BadContractException(List<IdlProblem> problems) {
    super(problems.stream().map(IdlProblem::toString).collect(Collectors.joining("\n")));
    this.problems = List.copyOf(problems);
  }

  List<IdlProblem> problems() {
    return problems;
  }
}
