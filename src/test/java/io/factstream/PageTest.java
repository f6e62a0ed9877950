package io.factstream;

import static io.factstream.RuntimeUnderTest.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.factstream.config.KnownSettings;
import io.factstream.stream.StreamState;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.logging.Level;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/** The page of the management port in a browser. */
class PageTest {

    private static final String EVIL = "<img src=x onerror=alert(1)>";

    private ChromeDriver browser;
    private RuntimeUnderTest runtime;

    @BeforeEach
    void open(@TempDir Path folder) {
        Optional<File> chromium = program("chromium");
        Optional<File> driver = program("chromedriver");
        Assumptions.assumeTrue(
                chromium.isPresent() && driver.isPresent(),
                "there is no chromium with its chromedriver on the PATH, so the page was not tested");
        runtime = RuntimeUnderTest.in(folder)
                .with(KnownSettings.MANAGEMENT_ENABLED, "true")
                .with(KnownSettings.MANAGEMENT_PORT, "0")
                .with(KnownSettings.BATCH_MAX_BYTES, "4KB")
                .load("CREATE TABLE facts AS SELECT range + 1 AS n FROM range(100)")
                .stream(
                        "facts",
                        "SELECT n AS _watermark, n % 3 AS _partition_key, n, '" + EVIL
                                + "' || n AS _trace_id, CASE WHEN n = 7 THEN repeat('x', 5000) END AS text FROM facts")
                .start();
        runtime.awaitDrained();
        ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium.orElseThrow());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--window-size=1400,1400");
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        browser = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(driver.orElseThrow())
                        .usingAnyFreePort()
                        .build(),
                options);
    }

    @AfterEach
    void close() {
        if (browser != null) {
            browser.quit();
        }
        if (runtime != null) {
            runtime.close();
        }
    }

    @Test
    void an_operator_sees_how_things_are_and_acts() {
        browser.get(runtime.application().managementAddress().orElseThrow().toString());

        // At a glance.
        awaitText("#verdict", "something to look at");
        assertThat(browser.getTitle()).isEqualTo("! FactStream");
        awaitText("#streams tbody tr", "facts", "running", "BIGINT 100", "99");
        awaitText("#hubs tbody tr", "facts", "closed");
        awaitText("#sessions tbody tr", runtime.application().sessionId(), "running");
        assertThat(browser.findElements(By.cssSelector("#streams svg[role=img][aria-label^='Events a second']")))
                .hasSize(1);
        eventually("partitions in the flow")
                .ignoreException(StaleElementReferenceException.class)
                .untilAsserted(() -> assertThat(
                                browser.findElement(By.cssSelector("#flow svg")).getText())
                        .contains("source", "facts", "facts / "));

        // By the keyboard alone: pause, and resume.
        press("#pause-facts");
        awaitText("#question", "Pause facts?", "Nothing is lost");
        assertThat(browser.switchTo().activeElement().getText()).isEqualTo("Cancel");
        browser.switchTo().activeElement().sendKeys(Keys.ESCAPE);
        assertThat(runtime.status("facts").state()).isEqualTo(StreamState.RUNNING);
        press("#pause-facts");
        browser.switchTo().activeElement().sendKeys(Keys.TAB);
        browser.switchTo().activeElement().sendKeys(Keys.ENTER);
        eventually("paused").until(() -> runtime.status("facts").state() == StreamState.PAUSED);
        awaitText("#streams tbody tr", "paused");
        awaitText("#warnings", "stream facts is paused");
        press("#resume-facts");
        click("#question-yes");
        eventually("resumed").until(() -> runtime.status("facts").state() == StreamState.RUNNING);
        awaitText("#actions", "pause facts by management port from 127.0.0.1");

        // A look into a dead letter, which holds what an attacker might have put into a row.
        press("#reason-validation");
        awaitText("#letters-list", EVIL + "7", "bytes");
        press("#letters-list tbody button");
        awaitText("#letter", EVIL + "7");
        assertThat(browser.findElement(By.id("letter-event")).getText()).contains("\"n\": 7", "xxxxx");
        assertThat(browser.findElements(By.tagName("img"))).isEmpty();
        click("#letter-close");

        press("#replay-facts");
        click("#question-yes");
        awaitText("#message", "delivered 0, failed 1");

        assertThat(browser.manage().logs().get(LogType.BROWSER).getAll())
                .as("what the browser complained about")
                .isEmpty();

        // It says so when nobody answers any more.
        runtime.stop();
        awaitText("#verdict", "no answer");
    }

    private void awaitText(String selector, String... texts) {
        eventually(selector + " with " + List.of(texts))
                .ignoreException(StaleElementReferenceException.class)
                .untilAsserted(() -> assertThat(browser.findElements(By.cssSelector(selector)))
                        .anySatisfy(element -> assertThat(element.getText()).contains(texts)));
    }

    /** Presses a button by the keyboard. The page makes its rows anew now and then. */
    private void press(String selector) {
        on(selector, element -> element.sendKeys(Keys.ENTER));
    }

    private void click(String selector) {
        on(selector, WebElement::click);
    }

    private void on(String selector, java.util.function.Consumer<WebElement> what) {
        eventually(selector)
                .ignoreExceptionsInstanceOf(org.openqa.selenium.WebDriverException.class)
                .untilAsserted(() -> assertThatNoException()
                        .isThrownBy(() -> what.accept(browser.findElement(By.cssSelector(selector)))));
    }

    private static Optional<File> program(String name) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder).resolve(name))
                .filter(Files::isExecutable)
                .map(Path::toFile)
                .findFirst();
    }
}
