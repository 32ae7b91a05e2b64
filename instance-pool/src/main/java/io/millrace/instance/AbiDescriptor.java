package io.millrace.instance;

/**
 * How bytes cross into and out of a module's functions.
 *
 * <p>One way is known today, the flat ABI with a packed result: the host asks the guest's own
 * allocator for a block once, writes each payload there, and calls {@code function(ptr, len)},
 * which answers {@code ptr << 32 | len} of a result that stays where it is until the next call.
 *
 * @param allocate the export {@code (i32 length) -> i32 pointer} that lends the host a block
 * @param free the export {@code (i32 pointer) -> ()} that takes a block back
 */
public record AbiDescriptor(String allocate, String free) {

  /** Exports named {@code alloc} and {@code free}. */
  public static final AbiDescriptor FLAT = new AbiDescriptor("alloc", "free");

  static final String ALLOCATE_TYPE = "(i32) -> i32";
  static final String FREE_TYPE = "(i32) -> ()";
  static final String FUNCTION_TYPE = "(i32, i32) -> i64";
}
