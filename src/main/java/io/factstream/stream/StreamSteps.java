package io.factstream.stream;

import io.factstream.eventhubs.BatchSender;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * The local bean of the kamelet {@code fact-stream}: takes the parameters of a stream's route file, which Camel sets one
 * by one, and then gives the flow the steps of that stream.
 */
public final class StreamSteps {

    private @Nullable Streams streams;
    private @Nullable BatchSender sender;
    private @Nullable FactStream opened;
    private String stream = "";
    private String eventType = "";
    private String query = "";
    private String watermark = "";
    private String hub = "";
    private String settle = "";

    public void setStreams(Streams streams) {
        this.streams = streams;
    }

    public void setSender(BatchSender sender) {
        this.sender = sender;
    }

    public void setStream(String stream) {
        this.stream = stream;
    }

    public void setEventType(String eventType) {
        this.eventType = eventType;
    }

    public void setQuery(String query) {
        this.query = query;
    }

    public void setWatermark(String watermark) {
        this.watermark = watermark;
    }

    public void setHub(String hub) {
        this.hub = hub;
    }

    public void setSettle(String settle) {
        this.settle = settle;
    }

    /**
     * Called once, when all parameters are set.
     *
     * @throws io.factstream.config.ConfigurationException when one of them makes no sense
     */
    public void open() {
        opened = Objects.requireNonNull(streams, "streams").define(stream, eventType, query, watermark, hub, settle);
        Objects.requireNonNull(sender, "sender").open(hub);
    }

    /** See {@link FactStream#begin}. */
    public void begin(Exchange exchange) throws InterruptedException {
        stream().begin(exchange);
    }

    /** See {@link FactStream#readsAhead}. */
    public boolean readsAhead(Page page, Exchange exchange) {
        return stream().readsAhead(page, exchange);
    }

    /** See {@link FactStream#commit}. */
    public void commit(Page page, Exchange exchange) {
        stream().commit(page, exchange);
    }

    /** See {@link FactStream#hold}. */
    public void hold(Exchange exchange) {
        stream().hold(exchange);
    }

    /** See {@link FactStream#loaderWait}. */
    public long loaderWait() {
        return stream().loaderWait();
    }

    private FactStream stream() {
        return Objects.requireNonNull(opened, "open() comes first");
    }
}
