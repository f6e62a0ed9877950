package io.factstream.stream;

import io.factstream.eventhubs.BatchSender;
import java.util.Objects;
import org.apache.camel.Exchange;
import org.jspecify.annotations.Nullable;

/**
 * The local bean of the kamelet {@code fact-stream}: gives the flow the steps of a stream.
 */
public final class StreamSteps {

    private @Nullable Streams streams;
    private @Nullable BatchSender sender;
    private @Nullable FactStream opened;
    private String id = "";

    public void setStreams(Streams streams) {
        this.streams = streams;
    }

    public void setSender(BatchSender sender) {
        this.sender = sender;
    }

    /** The id of the stream; the rest of what it is comes from its route file, since Camel's parameters are parts of a URI. */
    public void setStream(String id) {
        this.id = id;
    }

    /**
     * Called once, when all is set.
     *
     * @throws io.factstream.config.ConfigurationException when the stream cannot be opened
     */
    public void open() {
        FactStream stream = Objects.requireNonNull(streams, "streams").open(id);
        opened = stream;
        Objects.requireNonNull(sender, "sender").open(stream.definition().hub());
    }

    /** See {@link FactStream#begin}. */
    public void begin(Exchange exchange) throws InterruptedException {
        Objects.requireNonNull(streams, "streams").awaitLoaded(id);
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
