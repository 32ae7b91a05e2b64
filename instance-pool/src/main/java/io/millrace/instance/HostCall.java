package io.millrace.instance;

import io.millrace.memory.LinearMemory;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One call of a {@link HostFunction}: who calls, and the caller's memory. Good until the function
 * returns, on its thread; later uses throw {@link IllegalStateException}.
 *
 * <p>Addresses and lengths are unsigned 32-bit numbers, as guests have them. A range that does not
 * lie within the guest's memory throws {@link IndexOutOfBoundsException} and changes nothing.
 */
public final class HostCall {

  private final WasiContext wasi;
  private final LinearMemory memory;
  private boolean over;

  HostCall(WasiContext wasi, LinearMemory memory) {
    this.wasi = wasi;
    this.memory = memory;
  }

  /** The invoked function, or {@link GuestOutput#START} while the instance starts. */
  public String function() {
    return present().function();
  }

  /** On whose behalf; {@code null} for the anonymous tenant, and while the instance starts. */
  public @Nullable String tenant() {
    return present().tenant();
  }

  /** The memory's present size. */
  public int memoryBytes() {
    present();
    return memory.sizeBytes();
  }

  /** Copies bytes out of the guest's memory. The range is checked before anything is allocated. */
  public byte[] read(int address, int length) {
    present();
    return memory.read(address, length);
  }

  /** Copies bytes out of the guest's memory into {@code target}. */
  public void read(int address, byte[] target, int offset, int length) {
    present();
    memory.read(address, target, offset, length);
  }

  /** Copies text out of the guest's memory; what is not UTF-8 becomes U+FFFD. */
  public String readUtf8(int address, int length) {
    return new String(read(address, length), StandardCharsets.UTF_8);
  }

  /** Copies bytes into the guest's memory. */
  public void write(int address, byte[] source) {
    write(address, source, 0, source.length);
  }

  /** Copies a part of {@code source} into the guest's memory. */
  public void write(int address, byte[] source, int offset, int length) {
    present();
    memory.write(address, source, offset, length);
  }

  /** For the host's own functions. */
  WasiContext wasi() {
    return wasi;
  }

  /** For the host's own functions. */
  LinearMemory memory() {
    return memory;
  }

  void end() {
    over = true;
  }

  private WasiContext present() {
    if (over) {
      throw new IllegalStateException(
          "the host function has returned: its view of the guest ended");
    }
    return wasi;
  }
}
