package io.millrace.instance;

import static io.millrace.instance.WasmBuilder.I32;
import static io.millrace.instance.WasmBuilder.I64;
import static io.millrace.instance.WasmBuilder.types;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.millrace.memory.PageLimits;
import io.millrace.memory.PrivateLinearMemory;
import io.millrace.pipeline.WorkerException;
import io.millrace.pipeline.spi.GuestLease;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GuestHttpTest {

  private static final int RESPONSE = 32_768;
  private static final int ROOM = 4_096;

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final HttpServer server = serve();
  private final int port = server.getAddress().getPort();
  private final PrivateLinearMemory memory = new PrivateLinearMemory(new PageLimits(1, 1));
  private final GuestHttp http =
      new GuestHttp(
          HttpAccess.to("http://localhost:" + port + "/v1/", "http://localhost:" + port + "/only")
              .withTimeout(Duration.ofMillis(500)));

  private HttpServer serve() {
    try {
      HttpServer made =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      made.createContext("/", this::answer);
      made.setExecutor(
          Executors.newCachedThreadPool(
              task -> {
                Thread thread = new Thread(task, "test-server");
                thread.setDaemon(true);
                return thread;
              }));
      made.start();
      return made;
    } catch (IOException failed) {
      throw new IllegalStateException(failed);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    String path = exchange.getRequestURI().getPath();
    asked.add(
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + " "
            + exchange.getRequestHeaders().getFirst("x-mine")
            + " "
            + new String(body, UTF_8));
    if (path.endsWith("slow")) {
      try {
        end.await();
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
      }
    }
    byte[] reply = path.endsWith("large") ? new byte[ROOM] : "hello".getBytes(UTF_8);
    if (path.endsWith("moved")) {
      exchange.getResponseHeaders().add("location", "http://localhost:" + port + "/secret");
    }
    exchange.sendResponseHeaders(path.endsWith("moved") ? 302 : 200, reply.length);
    exchange.getResponseBody().write(reply);
    exchange.close();
  }

  @AfterEach
  void stop() {
    end.countDown();
    server.stop(0);
  }

  private String base() {
    return "http://localhost:" + port;
  }

  private long ask(String request) throws InterruptedException {
    byte[] bytes = request.getBytes(UTF_8);
    memory.write(1024, bytes, 0, bytes.length);
    HostCall call = new HostCall(new WasiContext(CapabilityPolicy.NONE, 1 << 20), memory);
    return http.call(call, new long[] {1024, bytes.length, RESPONSE, ROOM});
  }

  private String response(long length) {
    return new String(memory.read(RESPONSE, (int) length), UTF_8);
  }

  @Test
  void aRequestThatIsAllowedIsAnswered() throws InterruptedException {
    long length = ask("POST " + base() + "/v1/items?a=b\nx-mine: yes\n\nthe body");
    assertThat(asked).containsExactly("POST /v1/items?a=b yes the body");
    assertThat(response(length))
        .startsWith("200\n")
        .contains("content-length: 5\n")
        .endsWith("\n\nhello");
    assertThat(response(ask("GET " + base() + "/only"))).startsWith("200\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET %s/",
        "GET %s/v1",
        "GET %s/v2/items",
        "GET %s/only/more",
        "GET %s/v1/../secret",
        "GET %s/v1/%%2e%%2e/secret",
        "GET %s/v1/..%%2fsecret",
        "GET %s/v1//secret",
        "GET %s",
        "GET https://localhost:PORT/v1/items",
        "GET http://localhost:1/v1/items",
        "GET http://localhost/v1/items",
        "GET http://127.0.0.1:PORT/v1/items",
        "GET http://127.1:PORT/v1/items",
        "GET http://[::1]:PORT/v1/items",
        "GET http://LOCALHOST.:PORT/v1/items",
        "GET http://localhost:PORT@example.invalid/v1/items",
        "GET http://user@localhost:PORT/v1/items",
        "GET http://localhost.example.invalid:PORT/v1/items",
        "GET %s/v1/items#fragment",
        "GET //localhost:PORT/v1/items",
        "GET /v1/items",
        "GET file:///etc/passwd",
        "GET %s/v1/items\nHost: example.invalid",
        "GET %s/v1/items\nTransfer-Encoding: chunked",
        "GET %s/v1/items\nX-Forwarded-For: 10.0.0.1",
        "GET %s/v1/items\nProxy-Authorization: x"
      })
  void whatIsNotAllowedNeverLeavesTheHost(String request) throws InterruptedException {
    String full = request.replace("PORT", "" + port).replace("%s", base()).replace("%%", "%");
    assertThat(ask(full)).isEqualTo(-Errno.NOTCAPABLE.number());
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "GET",
        "TRACE %s/v1/items",
        "CONNECT %s/v1/items",
        "get %s/v1/items",
        "GET %s/v1/items HTTP/1.1",
        "GET %s/v1/it ems",
        "GET http://localhost:PORT\\@example.invalid/v1/",
        "GET %s/v1/items\nno colon",
        "GET %s/v1/items\nbad name: x",
        "GET %s/v1/items\nname: bad\rvalue",
        "GET %s/v1/items\n: x"
      })
  void whatIsNoRequestIsRefused(String request) throws InterruptedException {
    String full = request.replace("PORT", "" + port).replace("%s", base());
    assertThat(ask(full)).isEqualTo(-Errno.INVAL.number());
    assertThat(asked).isEmpty();
  }

  @Test
  void aRedirectIsAnsweredAndNotFollowed() throws InterruptedException {
    assertThat(response(ask("GET " + base() + "/v1/moved")))
        .startsWith("302\n")
        .contains("location: ");
    assertThat(asked).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({"/v1/large,OVERFLOW", "/v1/slow,TIMEDOUT"})
  void whatGoesWrongIsAnErrno(String path, Errno errno) throws InterruptedException {
    assertThat(ask("GET " + base() + path)).isEqualTo(-errno.number());
  }

  /**
   * GHSA-5qpp-g3j2-8frx: a request line in absolute form went to the host that it named, and not to
   * the one that was meant. Here the line's host is what is checked and what is asked, and no
   * header can name another.
   */
  @Test
  void ghsa5qppAnAbsoluteUrlGoesToNoOtherHost() throws Exception {
    HttpServer other = serve();
    String allowed = base() + "/v1/";
    String elsewhere = "http://localhost:" + other.getAddress().getPort();
    try {
      for (String request :
          List.of(
              "GET " + elsewhere + "/v1/items",
              "GET " + allowed + "items\nHost: localhost:" + other.getAddress().getPort(),
              "GET http://localhost:" + port + "@" + elsewhere.substring(7) + "/v1/items",
              "GET " + allowed + "@" + elsewhere.substring(7) + "\nhost: " + elsewhere)) {
        assertThat(ask(request)).as(request).isEqualTo(-Errno.NOTCAPABLE.number());
      }
      assertThat(asked).isEmpty();
      // in the path it is a path
      assertThat(ask("GET " + allowed + "?" + elsewhere + "/v1/items")).isPositive();
      assertThat(asked).hasSize(1).first().asString().startsWith("GET /v1/?http");
    } finally {
      other.stop(0);
    }
  }

  @Test
  void nobodyThereIsAnErrnoToo() throws InterruptedException {
    server.stop(0);
    assertThat(ask("GET " + base() + "/v1/items")).isEqualTo(-Errno.IO.number());
  }

  @Test
  void aGuestAsksByItsImport() {
    byte[] wasm =
        new WasmBuilder()
            .memory(2, 2)
            .imported("millrace", "http_request", types(I32, I32, I32, I32), types(I32))
            .allocator(1024)
            .function("fetch", types(I32, I32), types(I64), fetch())
            .build();
    try (InstancePool pool =
            InstancePool.builder(ModuleSource.of("http.wasm", wasm))
                .httpAccess(HttpAccess.to(base() + "/v1/"))
                .build();
        GuestLease lease = pool.lease()) {
      assertThat(Guests.call(lease, "fetch", "GET " + base() + "/v1/items")).endsWith("\n\nhello");
    }
    try (InstancePool pool = InstancePool.builder(ModuleSource.of("http.wasm", wasm)).build();
        GuestLease lease = pool.lease()) {
      assertThatThrownBy(() -> Guests.call(lease, "fetch", ""))
          .isInstanceOf(WorkerException.CapabilityDenied.class)
          .hasMessageContaining("httpAccess(..)");
    }
  }

  /** http_request(ptr, len, 32768, 4096), whose answer is the length of what lies there. */
  private static int[] fetch() {
    int[] arguments = {0x20, 0, 0x20, 1, 0x41, 0x80, 0x80, 2, 0x41, 0x80, 0x20, 0x10, 0, 0xAD};
    int[] address = WasmBuilder.i64((long) RESPONSE << 32);
    return IntStream.concat(
            IntStream.concat(IntStream.of(arguments), IntStream.of(address)), IntStream.of(0x84))
        .toArray();
  }

  @ParameterizedTest
  @CsvSource({
    "ftp://example.com/,it is no absolute http or https URL",
    "http:///x,it names no host",
    "http://u@example.com/,it has user information",
    "http://example.com,it has no path: end it with /",
    "http://example.com/a/../b,its path can be read in two ways",
    "http://example.com/?q=1,it has a query"
  })
  void anEndpointThatMeansNothingIsRefused(String endpoint, String why) {
    assertThatThrownBy(() -> HttpAccess.to(endpoint))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("endpoint " + endpoint + " cannot be allowed: " + why);
  }
}
