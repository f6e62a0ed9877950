package io.factstream;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "io.factstream", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "io.factstream";

    @ArchTest
    static final ArchRule packages_do_not_depend_on_each_other_in_circles =
            slices().matching("io.factstream.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule domain_packages_know_nothing_of_the_wiring = noClasses()
            .that(resideInAPackage(ROOT + ".."))
            .and(not(resideInAPackage(ROOT)))
            .and(not(resideInAPackage(ROOT + ".cli")))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT);

    @ArchTest
    static final ArchRule nothing_calls_the_commands = noClasses()
            .that(resideOutsideOfPackage(ROOT + ".cli"))
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + ".cli");

    @ArchTest
    static final ArchRule the_embedded_hub_knows_nothing_of_the_rest = knowsNothingOfTheRest(ROOT + ".localhub..");

    @ArchTest
    static final ArchRule the_sample_knows_nothing_of_the_rest = knowsNothingOfTheRest(ROOT + ".sample..");

    @ArchTest
    static final ArchRule only_the_demo_knows_the_embedded_hub_and_the_sample = noClasses()
            .that()
            .doNotHaveFullyQualifiedName(ROOT + ".cli.DemoCommand")
            .and()
            .resideOutsideOfPackages(ROOT + ".localhub..", ROOT + ".sample..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT + ".localhub..", ROOT + ".sample..");

    @ArchTest
    static final ArchRule what_a_store_keeps_knows_nothing_of_how = noClasses()
            .that()
            .resideInAnyPackage(ROOT + ".watermark..", ROOT + ".deadletter..", ROOT + ".session..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "org.apache.camel..", "com.azure..", ROOT + ".state..");

    @ArchTest
    static final ArchRule only_these_packages_speak_sql = noClasses()
            .that()
            .resideOutsideOfPackages(
                    ROOT + ".source..", ROOT + ".stream..", ROOT + ".state..", ROOT + ".sample..", ROOT + ".verify..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.sql..");

    @ArchTest
    static final ArchRule no_static_state = fields().that().areStatic().should().beFinal();

    @ArchTest
    static final ArchRule names_say_what_a_thing_is =
            classes().should().haveNameNotMatching(".*(Manager|Helper|Util|Utils|Impl|Base|Common)");

    private static ArchRule knowsNothingOfTheRest(String alone) {
        return noClasses()
                .that()
                .resideInAPackage(alone)
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAPackage(alone))));
    }
}
