package io.millrace.webidl;

import java.util.List;
import java.util.Optional;

/**
 * What an SDK promises: one interface.
 *
 * @param name of the interface
 * @param operations in their order
 */
record Contract(String name, List<Operation> operations) {

  Contract {
    operations = List.copyOf(operations);
  }

  /**
   * A function of the SDK.
   *
   * @param name of the operation, and of the guest's export
   * @param arguments in their order
   * @param result empty for undefined
   */
  record Operation(String name, List<Argument> arguments, Optional<IdlType> result) {

    Operation {
      arguments = List.copyOf(arguments);
    }

    /** The two of every contract, which mean what the contract page says. */
    boolean isInit() {
      return name.equals("init");
    }

    boolean isInvoke() {
      return name.equals("invoke") && arguments.size() == 2;
    }
  }

  /**
   * What a function is given.
   *
   * @param name as the contract has it
   * @param type as it crosses
   */
  record Argument(String name, IdlType type) {}
}
