package dev.tarn.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// The arrows of the design, drawn so that a wrong one fails the build.
@AnalyzeClasses(packages = "dev.tarn", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule arrowsPointInwards =
            layeredArchitecture()
                    .consideringOnlyDependenciesInAnyPackage("dev.tarn..")
                    .withOptionalLayers(true)
                    .layer("oci")
                    .definedBy("dev.tarn.oci..")
                    .layer("pull")
                    .definedBy("dev.tarn.pull..")
                    .layer("report")
                    .definedBy("dev.tarn.report..")
                    .layer("upstream")
                    .definedBy("dev.tarn.upstream..")
                    .layer("storage")
                    .definedBy("dev.tarn.storage..")
                    .layer("metrics")
                    .definedBy("dev.tarn.metrics..")
                    .layer("tracing")
                    .definedBy("dev.tarn.tracing..")
                    .layer("http")
                    .definedBy("dev.tarn.http")
                    .layer("sockets")
                    .definedBy("dev.tarn.http.netty..")
                    .layer("admin")
                    .definedBy("dev.tarn.admin..")
                    .layer("config")
                    .definedBy("dev.tarn.config..")
                    .layer("cli")
                    .definedBy("dev.tarn.cli..")
                    .whereLayer("oci")
                    .mayNotAccessAnyLayer()
                    .whereLayer("pull")
                    .mayOnlyAccessLayers("oci")
                    .whereLayer("report")
                    .mayOnlyAccessLayers("pull", "oci")
                    .whereLayer("upstream")
                    .mayOnlyAccessLayers("pull", "oci")
                    .whereLayer("storage")
                    .mayOnlyAccessLayers("pull", "oci")
                    .whereLayer("metrics")
                    .mayOnlyAccessLayers("report", "pull", "oci")
                    .whereLayer("tracing")
                    .mayOnlyAccessLayers("report", "pull", "oci")
                    .whereLayer("http")
                    .mayOnlyAccessLayers("pull", "oci")
                    .whereLayer("sockets")
                    .mayOnlyAccessLayers("http", "pull", "oci")
                    .whereLayer("admin")
                    .mayOnlyAccessLayers("http", "sockets", "report", "pull", "oci")
                    .whereLayer("config")
                    .mayOnlyAccessLayers("storage", "upstream", "metrics", "pull", "oci")
                    .whereLayer("cli")
                    .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule packagesDoNotNeedEachOtherInCircles =
            slices().matching("dev.tarn.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule metricsAloneKnowsMicrometer =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.tarn.metrics..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.micrometer..");

    @ArchTest
    static final ArchRule tracingAloneKnowsOpenTelemetry =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.tarn.tracing..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.opentelemetry..");

    @ArchTest
    static final ArchRule nettyStaysAtTheSockets =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(
                            "dev.tarn.http.netty..",
                            "dev.tarn.upstream..",
                            "dev.tarn.admin..",
                            "dev.tarn.watch..") // watches over the tests of those
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule storageAloneKnowsRocksDb =
            noClasses()
                    .that()
                    .resideOutsideOfPackage("dev.tarn.storage..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage("org.rocksdb..");

    @ArchTest
    static final ArchRule loggingIsSlf4j =
            noClasses().should().dependOnClassesThat().resideInAPackage("java.util.logging..");

    @ArchTest
    static final ArchRule exceptionsSayWhatTheyAre =
            classes()
                    .that()
                    .areAssignableTo(Exception.class)
                    .and()
                    .areTopLevelClasses()
                    .should()
                    .haveSimpleNameEndingWith("Exception");
}
