package dev.tarn.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.ClassHierarchyResolverOption;
import java.lang.classfile.ClassFile.ConstantPoolSharingOption;
import java.lang.classfile.ClassFile.StackMapsOption;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.constant.ClassDesc;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/// Part of the build: writes the old classes of libraries anew, in a later format. Before Java 6
/// there were no stack maps (JVMS §4.10), and a JVM takes no class without them into its AOT cache,
/// but would parse and verify it at each start.
final class Renewal {

    private static final int OLD_MAX = ClassFile.JAVA_5_VERSION;
    private static final int NEW = ClassFile.JAVA_8_VERSION;
    private static final int VERSION_INDEX = 6;
    private static final String CLASS = ".class";

    private final SequencedMap<String, byte[]> files;

    /// The pool of constants is made anew, so that the code is read and its stack maps are found.
    private final ClassFile format =
            ClassFile.of(
                    StackMapsOption.GENERATE_STACK_MAPS,
                    ConstantPoolSharingOption.NEW_POOL,
                    ClassHierarchyResolverOption.of(
                            ClassHierarchyResolver.ofResourceParsing(this::open)
                                    .orElse(ClassHierarchyResolver.defaultResolver())));

    private Renewal(SequencedMap<String, byte[]> files) {
        this.files = files;
    }

    /// Takes the folder with the jars.
    public static void main(String... arguments) throws IOException {
        try (DirectoryStream<Path> jars =
                Files.newDirectoryStream(Path.of(arguments[0]), "*.jar")) {
            for (Path jar : jars) {
                renew(jar);
            }
        }
    }

    /// Leaves a jar alone that has no old classes.
    static void renew(Path jar) throws IOException {
        SequencedMap<String, byte[]> files = read(jar);
        if (files.entrySet().stream().anyMatch(file -> isOld(file.getKey(), file.getValue()))) {
            Renewal renewal = new Renewal(files);
            try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
                for (Map.Entry<String, byte[]> file : files.entrySet()) {
                    out.putNextEntry(new ZipEntry(file.getKey()));
                    out.write(renewal.renewed(file.getKey(), file.getValue()));
                }
            }
        }
    }

    private static SequencedMap<String, byte[]> read(Path jar) throws IOException {
        SequencedMap<String, byte[]> files = new LinkedHashMap<>();
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            for (ZipEntry entry : Collections.list(zip.entries())) {
                files.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        return files;
    }

    private static boolean isOld(String name, byte[] file) {
        return name.endsWith(CLASS) && ByteBuffer.wrap(file).getShort(VERSION_INDEX) <= OLD_MAX;
    }

    private byte[] renewed(String name, byte[] file) {
        if (!isOld(name, file)) {
            return file;
        }
        return format.transformClass(
                format.parse(file),
                ClassTransform.endHandler(builder -> builder.withVersion(NEW, 0)));
    }

    private @Nullable InputStream open(ClassDesc type) {
        String descriptor = type.descriptorString();
        byte[] file = files.get(descriptor.substring(1, descriptor.length() - 1) + CLASS);
        return file == null ? null : new ByteArrayInputStream(file);
    }
}
