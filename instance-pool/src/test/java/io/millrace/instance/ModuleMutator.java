package io.millrace.instance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damages modules the way faulty compilers, broken transfers and attackers do. Seeded. */
final class ModuleMutator {

  private static final int MOST_BYTES = 64 * 1024;
  private static final int HEADER_BYTES = 8;
  private static final int[] TELLING = {0x00, 0x01, 0x40, 0x7F, 0x80, 0xFF, 0x0B, 0x60, 0x70};
  private static final byte[][] INTEGERS = {
    RawModule.leb(0x7FFF_FFFF),
    RawModule.leb(0xFFFF_FFFFL),
    RawModule.bytes(0x80, 0x80, 0x80, 0x80, 0x00),
    RawModule.bytes(0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01),
    RawModule.bytes(0x80, 0x00),
    RawModule.leb(65_536),
  };

  private final Random random;

  ModuleMutator(Random random) {
    this.random = random;
  }

  /**
   * One to four changes of {@code module}. Half of the mutants have one byte changed only: the
   * others rarely come past the first look.
   */
  byte[] mutate(byte[] module) {
    byte[] mutant = module;
    boolean gently = random.nextBoolean();
    for (int i = gently ? 0 : random.nextInt(4); i >= 0; i--) {
      mutant =
          switch (gently ? 4 + random.nextInt(4) : random.nextInt(8)) {
            case 0 -> cut(mutant);
            case 1 -> insert(mutant);
            case 2 -> repeatSection(mutant);
            case 3 -> replaceInteger(mutant);
            case 4 -> replace(mutant, TELLING[random.nextInt(TELLING.length)]);
            case 5 -> replace(mutant, random.nextInt(256));
            default -> flip(mutant);
          };
    }
    return mutant.length > MOST_BYTES ? Arrays.copyOf(mutant, MOST_BYTES) : mutant;
  }

  private byte[] flip(byte[] module) {
    byte[] mutant = module.clone();
    if (mutant.length > 0) {
      mutant[place(mutant)] ^= (byte) (1 << random.nextInt(8));
    }
    return mutant;
  }

  private byte[] replace(byte[] module, int value) {
    byte[] mutant = module.clone();
    if (mutant.length > 0) {
      mutant[place(mutant)] = (byte) value;
    }
    return mutant;
  }

  /** The header stays whole mostly, for the sake of what lies behind it. */
  private int place(byte[] module) {
    return module.length > HEADER_BYTES && random.nextInt(20) > 0
        ? HEADER_BYTES + random.nextInt(module.length - HEADER_BYTES)
        : random.nextInt(module.length);
  }

  private byte[] cut(byte[] module) {
    int from = random.nextInt(module.length + 1);
    int to = Math.min(module.length, from + 1 + random.nextInt(16));
    return RawModule.join(
        Arrays.copyOf(module, from), Arrays.copyOfRange(module, to, module.length));
  }

  private byte[] insert(byte[] module) {
    byte[] added = new byte[1 + random.nextInt(8)];
    random.nextBytes(added);
    int at = random.nextInt(module.length + 1);
    return splice(module, at, added, at);
  }

  private byte[] replaceInteger(byte[] module) {
    int at = random.nextInt(module.length + 1);
    byte[] integer = INTEGERS[random.nextInt(INTEGERS.length)];
    int replaced = random.nextBoolean() ? 1 : integer.length;
    return splice(module, at, integer, Math.min(module.length, at + replaced));
  }

  private byte[] repeatSection(byte[] module) {
    List<int[]> sections = sections(module);
    if (sections.isEmpty()) {
      return module;
    }
    int[] section = sections.get(random.nextInt(sections.size()));
    int[] target = sections.get(random.nextInt(sections.size()));
    byte[] copy = Arrays.copyOfRange(module, section[0], section[1]);
    return splice(module, target[0], copy, random.nextBoolean() ? target[0] : target[1]);
  }

  private static byte[] splice(byte[] module, int from, byte[] between, int to) {
    return RawModule.join(
        Arrays.copyOf(module, from), between, Arrays.copyOfRange(module, to, module.length));
  }

  /** Begin and end of each section, as far as the lengths make sense. */
  private static List<int[]> sections(byte[] module) {
    List<int[]> sections = new ArrayList<>();
    int at = HEADER_BYTES;
    while (at < module.length) {
      int begin = at++;
      long length = 0;
      int shift = 0;
      boolean more = true;
      while (more && at < module.length && shift < 35) {
        length |= (long) (module[at] & 0x7F) << shift;
        more = module[at++] < 0;
        shift += 7;
      }
      if (more || at + length > module.length) {
        break;
      }
      at += (int) length;
      sections.add(new int[] {begin, at});
    }
    return sections;
  }
}
