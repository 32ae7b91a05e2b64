package io.millrace.instance;

/**
 * The errors that WASI calls answer, by their preview1 numbers (witx, "errno"). The one table of
 * which failure is which: a refusal names its own, and whatever else goes wrong has a place in
 * {@link #of}.
 */
enum Errno {
  SUCCESS(0),
  /** No such descriptor. */
  BADF(8),
  EXIST(20),
  /** An address outside the guest's memory. */
  FAULT(21),
  /** A path that is not UTF-8. */
  ILSEQ(25),
  INVAL(28),
  /** The host's own fault, which a guest can do nothing about. */
  IO(29),
  ISDIR(31),
  /** As many descriptors are open as the pool allows. */
  MFILE(33),
  /** A message longer than payloads may be. */
  MSGSIZE(35),
  NAMETOOLONG(37),
  NOENT(44),
  NOTDIR(54),
  NOTSUP(58),
  /** What was to come does not fit. */
  OVERFLOW(61),
  /** Every attempt to change a file: they are there to be read. */
  ROFS(69),
  SPIPE(70),
  TIMEDOUT(73),
  /** A path that leaves its directory. */
  NOTCAPABLE(76);

  private final int number;

  Errno(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }

  /** Which error a failed call answers. */
  static Errno of(RuntimeException failure) {
    if (failure instanceof Refusal refusal) {
      return refusal.errno;
    }
    return failure instanceof IndexOutOfBoundsException ? FAULT : IO;
  }

  /** Ends a WASI call with an error. */
  Refusal refusal() {
    return new Refusal(this);
  }

  /** An error on its way out of a call. Guests can cause one at each call: no stack trace. */
  static final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private final Errno errno;

    private Refusal(Errno errno) {
      super(errno.name(), null, false, false);
      this.errno = errno;
    }

    Errno errno() {
      return errno;
    }
  }
}
