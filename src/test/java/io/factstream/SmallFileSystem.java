package io.factstream;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A file system of a few megabytes, which can be filled. Only Linux can mount it, for a user that may. */
final class SmallFileSystem implements AutoCloseable {

    private final Path at;

    private SmallFileSystem(Path at) {
        this.at = at;
    }

    /** Mounts it; ends the test as skipped where that is not allowed. */
    static SmallFileSystem mountedAt(Path folder, int megabytes) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString());
        assumeTrue(mounted, "this user may not mount a file system");
        return new SmallFileSystem(folder);
    }

    /** Leaves no byte free. */
    void fill() throws IOException {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filler())) {
            while (at.toFile().getUsableSpace() > 0) {
                out.write(block);
            }
        }
    }

    /** Takes away what filled it. */
    void free() throws IOException {
        Files.delete(filler());
    }

    private Path filler() {
        return at.resolve("filler");
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            // There is no such command here.
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (!run("umount", at.toString())) {
                throw new IOException("cannot unmount " + at);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
