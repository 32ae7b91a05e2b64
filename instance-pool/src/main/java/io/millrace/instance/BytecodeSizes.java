package io.millrace.instance;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarInputStream;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.commons.CodeSizeEvaluator;

/** Measures the methods that the engine's compiler made of a module's functions. */
final class BytecodeSizes {

  private static final String PREFIX = "func_";

  private BytecodeSizes() {}

  /** Bytes of bytecode by function index, from a jar of the engine's classes. */
  static Map<Integer, Integer> ofFunctions(byte[] jar) {
    Map<Integer, Integer> sizes = new TreeMap<>();
    try (JarInputStream in = new JarInputStream(new ByteArrayInputStream(jar))) {
      for (JarEntry entry = in.getNextJarEntry(); entry != null; entry = in.getNextJarEntry()) {
        if (entry.getName().endsWith(".class")) {
          new ClassReader(in.readAllBytes()).accept(new Measure(sizes), ClassReader.SKIP_DEBUG);
        }
      }
    } catch (IOException cannotHappenInMemory) {
      throw new UncheckedIOException(cannotHappenInMemory);
    }
    return sizes;
  }

  private static final class Measure extends ClassVisitor {

    private final Map<Integer, Integer> sizes;

    Measure(Map<Integer, Integer> sizes) {
      super(Opcodes.ASM9);
      this.sizes = sizes;
    }

    @Override
    public @Nullable MethodVisitor visitMethod(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      if (!name.matches(PREFIX + "\\d+")) {
        return null;
      }
      int index = Integer.parseInt(name.substring(PREFIX.length()));
      return new CodeSizeEvaluator(null) {
        @Override
        public void visitEnd() {
          // The smaller bound: javac-like encodings, which the engine's writer uses too.
          sizes.merge(index, getMinSize(), Math::max);
        }
      };
    }
  }
}
