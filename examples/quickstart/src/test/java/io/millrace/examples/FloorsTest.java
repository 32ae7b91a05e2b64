package io.millrace.examples;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The floors of the house: nothing imports upward, sideways or in a circle. */
class FloorsTest {

  private static final String MEMORY = "io.millrace.memory..";
  private static final String PIPELINE = "io.millrace.pipeline..";
  private static final String SPI = "io.millrace.pipeline.spi..";
  private static final String INSTANCE = "io.millrace.instance..";
  private static final String SCHEDULER = "io.millrace.scheduler..";
  private static final String JDK = "java..";
  private static final String JSPECIFY = "org.jspecify..";

  private static final JavaClasses HOUSE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.millrace");

  @Test
  void allFloorsAreThere() {
    Set<String> packages =
        HOUSE.stream().map(JavaClass::getPackageName).collect(Collectors.toSet());
    assertThat(packages)
        .contains(
            "io.millrace.memory",
            "io.millrace.pipeline",
            "io.millrace.pipeline.spi",
            "io.millrace.instance",
            "io.millrace.scheduler");
  }

  @Test
  void memoryKnowsTheJdkOnly() {
    classes()
        .that()
        .resideInAPackage(MEMORY)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(MEMORY, JDK, JSPECIFY)
        .check(HOUSE);
  }

  @Test
  void pipelineStandsOnMemoryAndReactor() {
    classes()
        .that()
        .resideInAPackage(PIPELINE)
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(PIPELINE, MEMORY, JDK, JSPECIFY, "reactor..", "org.reactivestreams..")
        .check(HOUSE);
  }

  @Test
  void theSiblingsNeverSeeEachOther() {
    noClasses()
        .that()
        .resideInAPackage(SCHEDULER)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(INSTANCE, MEMORY, "com.dylibso..")
        .check(HOUSE);
    noClasses()
        .that()
        .resideInAPackage(INSTANCE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(SCHEDULER, "org.jctools..")
        .check(HOUSE);
  }

  @Test
  void packagesFormNoCircle() {
    slices().matching("io.millrace.(*)..").should().beFreeOfCycles().check(HOUSE);
  }

  @Test
  void theSpiIsForTheTwoSiblings() {
    noClasses()
        .that()
        .resideOutsideOfPackages(PIPELINE, INSTANCE, SCHEDULER)
        .should()
        .dependOnClassesThat(resideInAPackage(SPI))
        .check(HOUSE);
  }

  @Test
  void theEngineIsImportedByAHandfulOfPackagePrivateFiles() {
    Set<JavaClass> importers =
        HOUSE.stream()
            .filter(
                each ->
                    each.getDirectDependenciesFromSelf().stream()
                        .anyMatch(
                            arrow ->
                                arrow.getTargetClass().getPackageName().startsWith("com.dylibso")))
            .map(JavaClass::getBaseComponentType)
            .map(each -> each.getEnclosingClass().orElse(each))
            .collect(Collectors.toSet());
    assertThat(importers)
        .allMatch(each -> each.getPackageName().equals("io.millrace.instance"))
        .noneMatch(each -> each.getModifiers().contains(JavaModifier.PUBLIC))
        .extracting(JavaClass::getSimpleName)
        .containsExactlyInAnyOrder(
            "CompiledModule",
            "EngineInstance",
            "EngineMemory",
            "HostImports",
            "InstanceState",
            "ModuleCompiler");
  }
}
