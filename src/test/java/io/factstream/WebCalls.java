package io.factstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

/** Calls of a management port. */
final class WebCalls {

    static final String[] AS_JSON = {"Content-Type", "application/json"};

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private WebCalls() {}

    static HttpResponse<String> get(URI port, String path) throws IOException, InterruptedException {
        return CLIENT.send(HttpRequest.newBuilder(port.resolve(path)).build(), BodyHandlers.ofString());
    }

    static HttpResponse<String> post(URI port, String path, String body, String... headers)
            throws IOException, InterruptedException {
        return CLIENT.send(
                HttpRequest.newBuilder(port.resolve(path))
                        .POST(BodyPublishers.ofString(body))
                        .headers(headers)
                        .build(),
                BodyHandlers.ofString());
    }

    static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.body());
    }
}
