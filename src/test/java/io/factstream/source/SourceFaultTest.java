package io.factstream.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What DuckDB 2.0 says where a file cannot be opened, much of which the user of a build machine never meets. */
class SourceFaultTest {

    private Path file;

    private Path spill;

    @BeforeEach
    void place(@TempDir Path folder) throws Exception {
        file = Files.createFile(folder.toRealPath().resolve("facts.duckdb"));
        spill = folder.toRealPath().resolve("spill");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "IO Error: Cannot open file \"FILE\": Permission denied | cannot be read by this user; give read permission",
                "IO Error: Cannot open file \"FILE\": Too many open files | as many files open as it may",
                "IO Error: Could not read from file \"FILE\": Input/output error | cannot be read: Input/output error",
                "IO Error: Could not read from file \"FILE\": Stale file handle | Look after the disk or the share",
                "IO Error: Could not set lock on file \"FILE\": No locks available | cannot be locked: No locks available",
                "IO Error: Cannot open file \"FILE.wal\": Permission denied | log FILE.wal: this user may not read that",
                "IO Error: Failure while replaying WAL file \"FILE.wal\": Could not read from file \"FILE.wal\": Is a"
                        + " directory | that is a directory; remove it",
                "IO Error: Cannot open file \"FILE.wal.checkpoint\": Permission denied"
                        + " | log FILE.wal.checkpoint: this user may not read that",
                "IO Error: Failure while replaying WAL file \"FILE.wal\": This WAL was created for this database file, but"
                        + " the WAL checkpoint iteration does not match the database file. | it is of another state",
                "IO Error: Failed to create directory \"SPILL\": No such file or directory"
                        + " | cannot use SPILL: No such file or directory",
                "IO Error: Cannot open file \"SPILL/duckdb_temp_1_0_owner\": Permission denied | cannot use SPILL",
                "IO Error: Could not write file \"SPILL/duckdb_temp_1.tmp\": No space left on device"
                        + " | No space left on device. Let this user write there and make room",
                "Out of Memory Error: failed to offload data block of size 256.0 KiB (1.0 MiB/1.0 MiB used)."
                        + " | no room is left there",
                "IO Error: Trying to read a database file with version number 39, but we can only read versions between 64"
                        + " and 68. The database file was created with DuckDB version v0.6.0 | so old that this one cannot",
            })
    void a_fault_of_opening_is_told_by_its_cause_and_not_as_damage(String words, String told) {
        String said = said(words);

        assertThat(said)
                .contains(file.toString(), told.replace("FILE", file.toString()).replace("SPILL", spill.toString()))
                .doesNotContain("corrupt", "backup");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "IO Error: Could not read enough bytes from file \"FILE\": attempted to read 4096 bytes from location 4096",
                "IO Error: Corrupted ALP segment: exception position (9) exceeds vector_size (1)",
                "IO Error: No more data remaining in MetadataReader",
                "Data Corruption Error: Corrupt database file: computed checksum 1 does not match stored checksum 2",
                "Serialization Error: Failed to deserialize: expected end of object, but found field id: 3",
                "Data Corruption Error: Failure while replaying WAL file \"FILE.wal\": Corrupt WAL file: entry at byte"
                        + " position 184 computed checksum 1 does not match stored checksum 2",
            })
    void damage_is_told_as_damage(String words) {
        assertThat(said(words))
                .contains(
                        file.toString(), "it may be corrupt or half copied", "put back a backup; the watermark stays");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "IO Error: No files found that match the pattern \"/data/*.parquet\"",
                "IO Error: Cannot open file \"/data/a.parquet\": Permission denied",
                "IO Error: Failed to decode gzip stream: -3",
                "Conversion Error: Could not convert string 'Cannot open encrypted database \"x\" without a key' to INT32",
                "Invalid Input Error: said by a row: IO Error: Could not set lock on file \"FILE\": x",
                "Binder Error: Referenced column \"x\" not found in FROM clause!",
                "no words of DuckDB's form",
            })
    void what_is_no_fault_of_the_file_is_left_to_the_query(String words) {
        assertThat(fault(words)).isNull();
    }

    @Test
    void words_of_an_applied_log_are_left_out_as_they_may_repeat_values() {
        String said = said("Constraint Error: Failure while replaying WAL file \"FILE.wal\": PRIMARY KEY or UNIQUE"
                + " constraint violation: duplicate key \"secret-two\"");

        assertThat(said)
                .contains(file + ".wal: it does not fit the tables of the file")
                .doesNotContain("secret");
    }

    @Test
    void a_link_that_leads_nowhere_is_told_as_one() throws Exception {
        Path link = Files.createSymbolicLink(file.resolveSibling("current.duckdb"), Path.of("gone.duckdb"));

        assertThat(new SourceFault(link, spill).away()).startsWith("is a link to a file that does not exist");
    }

    private String said(String words) {
        String said = fault(words);
        assertThat(said).isNotNull();
        return String.valueOf(said);
    }

    private @Nullable String fault(String words) {
        return new SourceFault(file, spill)
                .of(words.replace("FILE", file.toString()).replace("SPILL", spill.toString()));
    }
}
