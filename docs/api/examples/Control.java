// Logs in, reads and changes settings over HTTP, hears of the change over WebSocket. Standard library only.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class Control {
    static final String BASE = setting("ROTORDREAM_URL", "http://localhost:8080");
    static final HttpClient CLIENT = HttpClient.newHttpClient();
    static String token = "";

    static String setting(String name, String otherwise) {
        String value = System.getenv(name);
        return value == null || value.isEmpty() ? otherwise : value;
    }

    static byte[] call(String method, String path, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(BASE + path))
                .method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        if (!token.isEmpty()) request.header("Authorization", "Bearer " + token);
        HttpResponse<byte[]> answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() >= 300) throw new IllegalStateException(path + ": " + new String(answer.body()));
        return answer.body();
    }

    /** One member of a JSON text; a real program uses a JSON library. */
    static String member(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"?([^\",}]*)").matcher(json);
        if (!found.find()) throw new IllegalStateException("no " + name + " in " + json);
        return found.group(1);
    }

    static String ask(String method, String path, String body, String name) throws Exception {
        return member(new String(call(method, path, body)), name);
    }

    /** Connects, and completes `heard` with the brightness that somebody else sets. */
    static WebSocket listen(CompletableFuture<Void> ready, CompletableFuture<String> heard) {
        WebSocket.Listener listener = new WebSocket.Listener() {
            @Override
            public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
                String message = text.toString();
                if (message.contains("\"id\":1")) ready.complete(null);
                else if (message.contains("\"brightness\"")) heard.complete(member(message, "brightness"));
                socket.request(1);
                return null;
            }
        };
        URI address = URI.create(BASE.replaceFirst("http", "ws") + "/api/v1?token=" + token);
        return CLIENT.newWebSocketBuilder().buildAsync(address, listener).join();
    }

    public static void main(String[] args) throws Exception {
        String user = setting("ROTORDREAM_USER", "admin");
        String password = setting("ROTORDREAM_PASSWORD", "password");
        token = ask("POST", "/api/login", "{\"username\":\"" + user + "\",\"password\":\"" + password + "\"}", "token");
        System.out.println("logged in as " + ask("GET", "/api/session", null, "user"));
        System.out.println("brightness is " + ask("GET", "/api/settings/brightness", null, "brightness"));

        CompletableFuture<Void> ready = new CompletableFuture<>();
        CompletableFuture<String> heard = new CompletableFuture<>();
        WebSocket socket = listen(ready, heard);
        socket.sendText("{\"get\":[\"brightness\"],\"id\":1}", true);
        ready.get(10, TimeUnit.SECONDS);
        call("POST", "/api/settings", "{\"brightness\":62}");
        System.out.println("brightness becomes " + heard.get(10, TimeUnit.SECONDS));
        socket.abort();

        call("POST", "/api/settings", "{\"brightness\":50,\"contrast\":50}");
        byte[] picture = call("GET", "/api/snapshot?quality=90", null);
        Files.write(Path.of("picture.jpg"), picture);
        System.out.println("picture.jpg has " + HexFormat.of().formatHex(picture, 0, 2));
        call("POST", "/api/logout", null);
    }
}
