package io.millrace.instance;

/**
 * A function of the host that guests may call: an import of their module that a pool grants by
 * {@link InstancePoolBuilder#hostFunction}.
 *
 * <p>Runs on the worker's thread, inside the guest's call: while it blocks, the worker serves
 * nobody. A passed deadline interrupts it, so it should let an {@link InterruptedException} through
 * and never clear the flag. Called by as many workers at a time as the pool has. It is the user's
 * own code, and decides itself what a guest may do with it.
 *
 * <pre>{@code
 * HostFunction log = (call, args) -> {
 *   String line = call.readUtf8((int) args[0], (int) args[1]);
 *   System.out.println(call.tenant() + ": " + line);
 *   return 0;
 * };
 * InstancePoolBuilder logging =
 *     InstancePool.builder(module).hostFunction("env", "log", "(i32, i32) -> ()", log);
 * }</pre>
 */
@FunctionalInterface
public interface HostFunction {

  /**
   * Answers a call.
   *
   * @param call the caller, and its memory; not to be used after this method has returned
   * @param args one for each parameter: an i32 sign-extended, floats by their bits ({@link
   *     Float#floatToRawIntBits}, {@link Double#doubleToRawLongBits})
   * @return the result in the same form; it is ignored where the function has none
   * @throws Exception to end the invocation with {@link
   *     io.millrace.pipeline.WorkerException.HostFunctionFailed}, and the instance with it
   */
  long call(HostCall call, long[] args) throws Exception;
}
