package dev.tarn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Opcode;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenewalTest {

    private static final FileTime LONG_AGO = FileTime.from(Instant.EPOCH);

    @TempDir private Path folder = Path.of("");

    @Test
    void anOldClassGetsTheStackMapsThatTheNewFormatWants() throws Exception {
        Path jar = jar(ClassFile.JAVA_5_VERSION);

        Renewal.renew(jar);

        assertThat(version(jar)).isEqualTo(ClassFile.JAVA_8_VERSION);
        URL[] place = {jar.toUri().toURL()};
        try (URLClassLoader loader = new URLClassLoader(place)) {
            Object sign = loader.loadClass("Sign").getMethod("of", int.class).invoke(null, -7);
            assertThat(sign).isEqualTo(-1);
        }
    }

    @Test
    void aJarOfNewClassesIsLeftAlone() throws Exception {
        Path jar = jar(ClassFile.JAVA_6_VERSION);
        Files.setLastModifiedTime(jar, LONG_AGO);

        Renewal.renew(jar);

        assertThat(version(jar)).isEqualTo(ClassFile.JAVA_6_VERSION);
        assertThat(Files.getLastModifiedTime(jar)).isEqualTo(LONG_AGO);
    }

    @Test
    void otherFilesStayAsTheyAre() throws Exception {
        Path jar = jar(ClassFile.JAVA_5_VERSION);

        Renewal.renew(jar);

        try (ZipFile zip = new ZipFile(jar.toFile())) {
            assertThat(zip.getInputStream(zip.getEntry("notes.txt"))).hasContent("notes");
        }
    }

    /// With one class, whose method has a branch.
    private Path jar(int version) throws IOException {
        byte[] sign =
                ClassFile.of(ClassFile.StackMapsOption.DROP_STACK_MAPS)
                        .build(ClassDesc.of("Sign"), type -> write(type, version));
        Path jar = folder.resolve("old.jar");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new ZipEntry("Sign.class"));
            out.write(sign);
            out.putNextEntry(new ZipEntry("notes.txt"));
            out.write("notes".getBytes(StandardCharsets.US_ASCII));
        }
        return jar;
    }

    private static void write(ClassBuilder type, int version) {
        type.withVersion(version, 0)
                .withFlags(ClassFile.ACC_PUBLIC)
                .withMethodBody(
                        "of",
                        MethodTypeDesc.of(ConstantDescs.CD_int, ConstantDescs.CD_int),
                        ClassFile.ACC_PUBLIC | ClassFile.ACC_STATIC,
                        RenewalTest::writeBody);
    }

    private static void writeBody(CodeBuilder code) {
        code.iload(0)
                .ifThenElse(Opcode.IFLT, CodeBuilder::iconst_m1, CodeBuilder::iconst_1)
                .ireturn();
    }

    private static int version(Path jar) throws IOException {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            byte[] sign = zip.getInputStream(zip.getEntry("Sign.class")).readAllBytes();
            return ClassFile.of().parse(sign).majorVersion();
        }
    }
}
