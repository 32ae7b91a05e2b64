package io.millrace.instance;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Requests of guests: {@code millrace.http_request(req_ptr, req_len, resp_ptr, resp_len) -> i32}.
 *
 * <pre>
 *   POST https://api.example.com/v1/items        200
 *   content-type: text/plain                     content-type: application/json
 *
 *   the body                                      the body
 * </pre>
 *
 * <p>Lines end with a line feed; the head is ISO 8859-1 (RFC 9110, 5.5). Answers how many bytes of
 * the response it has written, or minus an errno: {@code notcapable} for what is not allowed,
 * {@code inval} for a request that is none, {@code timedout}, {@code overflow} when the response
 * does not fit, {@code io} for the rest. Runs on the worker's thread, and ends with its deadline.
 */
final class GuestHttp implements HostFunction {

  static final String MODULE = "millrace";
  static final String NAME = "http_request";
  static final String SIGNATURE = "(i32, i32, i32, i32) -> i32";

  private static final int MOST_REQUEST_BYTES = 16 << 20;
  private static final int MOST_HEAD_BYTES = 64 << 10;
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}");
  private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7E\\x80-\\xFF]{0,8192}");

  /** Where a message goes, and how it is cut, is the host's to say. */
  private static final Set<String> HOSTS_OWN =
      Set.of(
          "host",
          "connection",
          "content-length",
          "expect",
          "forwarded",
          "keep-alive",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "via");

  private final HttpAccess access;
  private final HttpClient client;

  GuestHttp(HttpAccess access) {
    this.access = access;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .proxy(HttpClient.Builder.NO_PROXY)
            .connectTimeout(access.timeout())
            .build();
  }

  @Override
  public long call(HostCall call, long[] args) throws InterruptedException {
    try {
      byte[] response = exchange(request(call, (int) args[0], (int) args[1]), (int) args[3]);
      call.write((int) args[2], response);
      return response.length;
    } catch (Errno.Refusal refused) {
      return -refused.errno().number();
    } catch (IndexOutOfBoundsException outside) {
      return -Errno.FAULT.number();
    }
  }

  private HttpRequest request(HostCall call, int pointer, int length) {
    if (Integer.toUnsignedLong(length) > MOST_REQUEST_BYTES) {
      throw Errno.INVAL.refusal();
    }
    byte[] bytes = call.read(pointer, length);
    int headBytes = headBytes(bytes);
    String[] lines = new String(bytes, 0, headBytes, StandardCharsets.ISO_8859_1).split("\n", -1);
    String[] first = lines[0].split(" ", -1);
    if (first.length != 2 || !METHODS.contains(first[0])) {
      throw Errno.INVAL.refusal();
    }
    HttpRequest.Builder request = HttpRequest.newBuilder(allowed(first[1]));
    request.timeout(access.timeout());
    for (int i = 1; i < lines.length; i++) {
      header(request, lines[i]);
    }
    int bodyStart = Math.min(bytes.length, headBytes + 2);
    int bodyBytes = bytes.length - bodyStart;
    return request
        .method(
            first[0],
            bodyBytes == 0
                ? HttpRequest.BodyPublishers.noBody()
                : HttpRequest.BodyPublishers.ofByteArray(bytes, bodyStart, bodyBytes))
        .build();
  }

  /** Up to the empty line, or all. */
  private static int headBytes(byte[] bytes) {
    int most = Math.min(bytes.length, MOST_HEAD_BYTES);
    for (int i = 0; i + 1 < most; i++) {
      if (bytes[i] == '\n' && bytes[i + 1] == '\n') {
        return i;
      }
    }
    if (bytes.length > MOST_HEAD_BYTES) {
      throw Errno.INVAL.refusal();
    }
    return bytes.length;
  }

  private URI allowed(String url) {
    try {
      URI wanted = new URI(url);
      if (access.allows(wanted)) {
        return wanted;
      }
    } catch (URISyntaxException unreadable) {
      throw Errno.INVAL.refusal();
    }
    throw Errno.NOTCAPABLE.refusal();
  }

  private static void header(HttpRequest.Builder request, String line) {
    int colon = line.indexOf(':');
    String name = colon < 0 ? "" : line.substring(0, colon);
    String value = line.substring(colon + 1).strip();
    if (!TOKEN.matcher(name).matches() || !VALUE.matcher(value).matches()) {
      throw Errno.INVAL.refusal();
    }
    String lower = name.toLowerCase(Locale.ROOT);
    if (HOSTS_OWN.contains(lower)
        || lower.startsWith("proxy-")
        || lower.startsWith("x-forwarded")) {
      throw Errno.NOTCAPABLE.refusal();
    }
    request.header(name, value);
  }

  /** The timeout is for all of it: the client's own ends with the response's head. */
  private byte[] exchange(HttpRequest request, int room) throws InterruptedException {
    long most = Integer.toUnsignedLong(room);
    CompletableFuture<HttpResponse<byte[]>> asked =
        client.sendAsync(request, response -> new LimitedBody(most));
    try {
      HttpResponse<byte[]> response = asked.get(access.timeout().toNanos(), TimeUnit.NANOSECONDS);
      ByteArrayOutputStream text = new ByteArrayOutputStream();
      text.writeBytes(head(response).getBytes(StandardCharsets.ISO_8859_1));
      text.writeBytes(response.body());
      if (text.size() > most) {
        throw Errno.OVERFLOW.refusal();
      }
      return text.toByteArray();
    } catch (TimeoutException late) {
      throw Errno.TIMEDOUT.refusal();
    } catch (ExecutionException failed) {
      throw errno(failed.getCause()).refusal();
    } finally {
      asked.cancel(true);
    }
  }

  private static Errno errno(@Nullable Throwable failure) {
    if (failure instanceof LimitedBody.TooLarge) {
      return Errno.OVERFLOW;
    }
    return failure instanceof HttpTimeoutException ? Errno.TIMEDOUT : Errno.IO;
  }

  private static String head(HttpResponse<?> response) {
    StringBuilder head = new StringBuilder().append(response.statusCode()).append('\n');
    response
        .headers()
        .map()
        .forEach(
            (name, values) ->
                values.forEach(value -> head.append(name).append(": ").append(value).append('\n')));
    return head.append('\n').toString();
  }
}
