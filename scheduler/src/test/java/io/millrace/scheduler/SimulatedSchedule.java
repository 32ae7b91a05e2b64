package io.millrace.scheduler;

import io.millrace.pipeline.Invocation;
import io.millrace.pipeline.Payload;
import io.millrace.pipeline.Reply;
import io.millrace.pipeline.WorkerPoolMetrics;
import io.millrace.pipeline.WorkerPoolRecorder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/**
 * One schedule: a pool of random shape, clients that do random things to it, and what must hold all
 * the while and at the end. All of it follows from the seed.
 */
final class SimulatedSchedule {

  private static final String[] FUNCTIONS = {
    "echo", "echo", "echo", "echo", "echo", "trap", "oops", "spin", "stubborn"
  };
  private static final int CLIENTS = 3;

  private final SimulatedMachine machine;
  private final Random random;
  private final SimulatedGuests guests;
  private final WorkerPoolConfig config;
  private final ScheduledWorkerPool pool;
  private final List<String> wrong;
  private final Map<String, Integer> answers = new HashMap<>();
  private final Map<String, String> submitters = new HashMap<>();
  private final Map<String, Integer> lastBegun = new HashMap<>();
  private final Set<String> begun = new HashSet<>();
  private final Map<String, Integer> refusedBefore = new HashMap<>();
  private final List<String> subscribed = new ArrayList<>();
  private final List<String> given = new ArrayList<>();
  private final List<StreamSubscriber> streams = new ArrayList<>();
  private int clientsLeft = CLIENTS;
  private int numbers;
  private int workersInUserCode;
  private boolean leastReached;

  private SimulatedSchedule(long seed) {
    machine = new SimulatedMachine(seed);
    random = machine.random();
    guests = new SimulatedGuests(machine, this::begun);
    wrong = guests.wrong;
    int most = 1 + random.nextInt(3);
    config =
        new WorkerPoolConfig(
            random.nextInt(most + 1),
            most,
            1 + random.nextInt(4),
            oneOf(Sizing.values()),
            Duration.ofMillis(random.nextInt(3)),
            Duration.ofSeconds(random.nextInt(3)),
            Duration.ofMillis(250),
            2 + random.nextInt(machine.isFast() ? 96 : 8),
            oneOf(DispatchPolicy.values()),
            oneOf(Overflow.values()),
            new IdleStrategy(random.nextInt(3), random.nextInt(2)),
            WorkerPoolRecorder.NONE,
            Map.of("a", 3));
    pool = new ScheduledWorkerPool(guests, config, machine);
    machine.whenNothingRuns(this::checkIdle);
  }

  /** What was found wrong, and the trace that the seed led to. */
  record Outcome(List<String> wrong, long trace) {}

  static Outcome of(long seed) {
    SimulatedSchedule schedule = new SimulatedSchedule(seed);
    boolean ended = schedule.machine.run(schedule::script);
    if (!ended) {
      schedule.wrong.add("invariant 2: " + schedule.machine.stuck() + schedule.pool.metrics());
    } else {
      schedule.checkAnswers();
    }
    return new Outcome(schedule.wrong, schedule.machine.trace());
  }

  private <T> T oneOf(T[] all) {
    return all[random.nextInt(all.length)];
  }

  private void script() {
    Thread script = Thread.currentThread();
    for (int client = 0; client < CLIENTS; client++) {
      machine.start(
          machine.thread(
              () -> {
                beClient();
                clientsLeft--;
                machine.unpark(script);
              },
              "client-" + client,
              0));
    }
    boolean closesEarly = random.nextInt(3) == 0;
    while (clientsLeft > 0 && !closesEarly) {
      machine.park(this, Platform.FOR_EVER);
    }
    if (!closesEarly) {
      awaitAnswers();
      awaitShrink();
      probeCapacity();
    }
    if (random.nextInt(3) == 0) {
      guests.allMayBeStopped = true;
      pool.terminate();
    }
    guests.allMayBeStopped = true; // close() may run into its timeout
    pool.close();
  }

  private void beClient() {
    int actions = 2 + random.nextInt(5);
    for (int i = 0; i < actions; i++) {
      machine.pass(random.nextInt(200_000));
      if (random.nextInt(machine.isFast() ? 2 : 4) == 0) {
        stream();
      } else {
        single();
      }
    }
  }

  private Invocation next() {
    String text = "i" + numbers++;
    Invocation invocation =
        Invocation.of(function(), text)
            .withTenant(random.nextBoolean() ? null : random.nextBoolean() ? "a" : "b")
            .withKey(random.nextInt(4) == 0 ? "k" + random.nextInt(2) : null)
            .withPriority(random.nextInt(3) - 1);
    boolean endless = invocation.function().equals("spin");
    if (endless || random.nextInt(3) == 0) {
      invocation = invocation.withDeadline(Duration.ofNanos(1 + random.nextInt(3_000_000)));
      guests.mayBeStopped.add(text);
    }
    return invocation;
  }

  /** Where all is fast most guests are: a slow one among them is what nobody expects. */
  private String function() {
    return machine.isFast() && random.nextInt(24) > 0 ? "echo" : oneOf(FUNCTIONS);
  }

  private static String text(Invocation invocation) {
    return new String(((Payload.Copied) invocation.payload()).array(), StandardCharsets.UTF_8);
  }

  /** Those of one key begin in the order in which one submitter sent them. */
  private void begun(Invocation invocation) {
    begun.add(text(invocation));
    String submitter = submitters.get(text(invocation));
    if (invocation.key() == null || submitter == null) {
      return;
    }
    int number = Integer.parseInt(text(invocation).substring(1));
    Integer last = lastBegun.put(submitter + invocation.key() + invocation.tenant(), number);
    if (last != null && last > number) {
      wrong.add("key order: " + number + " began behind " + last);
    }
  }

  private void answered(String text, Invocation of) {
    if (!text.equals(text(of))) {
      wrong.add("invariant 1: the reply to " + text(of) + " went to " + text);
    }
    answers.merge(text, 1, Integer::sum);
    checkBound();
    machine.pass(random.nextInt(5_000));
    if (random.nextInt(20) == 0) {
      Thread.currentThread().interrupt(); // a rude subscriber
    }
  }

  /** No worker sleeps beside what it may do: from behind another one's run, or for a stream. */
  private void checkIdle() {
    Streams streams = pool.streams();
    for (int sleeper = 0; sleeper < config.maxWorkers(); sleeper++) {
      Slot slot = pool.slotOf(sleeper);
      boolean sleeps = slot.worker() != null && slot.isAsleep();
      if (sleeps && pool.dispatcher().feeder().canSteal(slot)) {
        wrong.add("invariant 2: worker " + sleeper + " sleeps, and could steal");
      }
      if (sleeps && (streams.holdAny() || streams.hasUndrained())) {
        wrong.add("invariant 2: worker " + sleeper + " sleeps, and a stream waits for it");
      }
    }
  }

  private void checkBound() {
    checkWorkers();
    if (pool.metrics().waiting() > config.inboxCapacity()) {
      wrong.add("invariant 3: " + pool.metrics());
    }
  }

  /** At most as many workers as may be; once there were, at least as many as must be. */
  private void checkWorkers() {
    WorkerPoolMetrics now = pool.metrics();
    int least = config.minWorkers();
    long replaced = now.diedWorkers() + now.abandonedWorkers(); // with the next work to come
    leastReached |= now.liveWorkers() >= least;
    if (now.liveWorkers() > config.maxWorkers()
        || (leastReached && !pool.isClosed() && now.liveWorkers() + replaced < least)) {
      wrong.add("workers: " + least + " to " + config.maxWorkers() + ", and yet " + now);
    }
  }

  /** What is beyond the least number goes when there was nothing to do for the keep-alive time. */
  private void awaitShrink() {
    for (int i = 0; i < 10 && pool.metrics().liveWorkers() > config.minWorkers(); i++) {
      machine.park(this, config.keepAliveNanos() + 1_000_000);
      checkWorkers();
    }
    if (pool.metrics().liveWorkers() > config.minWorkers()) {
      wrong.add("idle for long, and yet " + pool.metrics());
    }
  }

  private void single() {
    Invocation invocation = next();
    String text = text(invocation);
    subscribed.add(text);
    submitters.put(text, Thread.currentThread().getName());
    var subscription =
        pool.invoke(invocation)
            .subscribe(
                reply -> answered(text, reply.invocation()), failure -> answered(text, invocation));
    checkBound();
    if (random.nextInt(4) == 0) {
      machine.pass(random.nextInt(300_000));
      given.add(text);
      guests.mayBeStopped.add(text);
      subscription.dispose();
    }
  }

  private void stream() {
    int count = 1 + random.nextInt(machine.isFast() ? 96 : 8);
    boolean ordered = random.nextBoolean();
    List<Invocation> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(next());
      submitters.put(text(all.get(i)), "stream-" + streams.size());
    }
    boolean cancels = random.nextInt(4) == 0;
    int rude = random.nextInt(6); // 0: a slow publisher, 1: one that waits for what it has sent
    List<String> sent = new ArrayList<>();
    Flux<Invocation> source =
        Flux.fromIterable(all)
            .doOnNext(
                each -> {
                  machine.interleave();
                  if (rude == 0) {
                    machine.pass(random.nextInt(2_000_000));
                  } else if (rude == 1 && !sent.isEmpty() && random.nextInt(3) == 0) {
                    awaitBegun(sent.get(sent.size() - 1), !cancels);
                  }
                  String text = text(each);
                  sent.add(text);
                  refusedBefore.put(text, guests.refused);
                  if (cancels) {
                    guests.mayBeStopped.add(text);
                  }
                });
    StreamSubscriber subscriber = new StreamSubscriber(sent, ordered, random.nextInt(6) == 0);
    streams.add(subscriber);
    (ordered ? pool.invokeAll(source) : pool.invokeAllUnordered(source)).subscribe(subscriber);
    for (int i = 0; i < count; i++) {
      subscriber.ask(1 + random.nextInt(3));
      machine.pass(random.nextInt(50_000));
    }
    if (cancels) {
      subscriber.ended = true;
      subscriber.cancel();
    }
  }

  /**
   * A publisher does not return before a guest has what it has sent. That need not happen: there
   * may be no room, or no guest. But not while there is nothing else to do.
   */
  private void awaitBegun(String text, boolean goesOn) {
    boolean onWorker = pool.crew().isOwnThread(Thread.currentThread());
    workersInUserCode += onWorker ? 1 : 0;
    for (int i = 0; i < 20 && !begun.contains(text); i++) {
      machine.park(this, 1_000_000);
    }
    boolean canBegin =
        config.overflow() == Overflow.WAIT
            && goesOn
            && !guests.mayBeStopped.contains(text)
            && guests.refused == refusedBefore.getOrDefault(text, 0)
            && workersInUserCode == 0
            && !pool.isClosed();
    if (canBegin && !begun.contains(text) && guests.running() + pool.metrics().waiting() == 0) {
      wrong.add("invariant 2: " + text + " was sent and does not begin, though nothing runs");
    }
    workersInUserCode -= onWorker ? 1 : 0;
  }

  /** Checks the order, and is never given more than it asked for. */
  private final class StreamSubscriber extends BaseSubscriber<Reply> {

    private final List<String> sent;
    private final boolean ordered;
    private final boolean slow;
    private long requested;
    private int got;
    private boolean ended;

    StreamSubscriber(List<String> sent, boolean ordered, boolean slow) {
      this.sent = sent;
      this.ordered = ordered;
      this.slow = slow;
    }

    void ask(long n) {
      requested += n;
      request(n);
    }

    @Override
    protected void hookOnSubscribe(Subscription subscription) {
      ask(1);
    }

    @Override
    protected void hookOnNext(Reply reply) {
      String text = text(reply.invocation());
      if (ordered && !text.equals(sent.get(got))) {
        wrong.add("order: " + text + " came in place of " + sent.get(got));
      }
      if (!ordered && !sent.contains(text)) {
        wrong.add("invariant 1: a stream got " + text + ", which it never sent");
      }
      got++;
      if (got > requested) {
        wrong.add("a stream gave " + got + " replies where " + requested + " were asked for");
      }
      answers.merge(text, 1, Integer::sum);
      checkBound();
      if (slow) {
        boolean onWorker = pool.crew().isOwnThread(Thread.currentThread());
        workersInUserCode += onWorker ? 1 : 0;
        machine.park(this, random.nextInt(3_000_000));
        workersInUserCode -= onWorker ? 1 : 0;
      } else {
        machine.pass(random.nextInt(5_000));
      }
    }

    @Override
    protected void hookOnComplete() {
      ended = true;
      if (got != sent.size()) {
        wrong.add("invariant 1: " + got + " replies to " + sent);
      }
    }

    /** The pool was closed: what arrived afterwards was dropped. */
    @Override
    protected void hookOnError(Throwable failure) {
      ended = true;
    }
  }

  /** All is quiet: whoever has not been answered never will be. */
  private void awaitAnswers() {
    for (int i = 0; i < 10_000 && !waiting().isEmpty(); i++) {
      machine.park(this, 5_000_000);
    }
    if (!waiting().isEmpty()) {
      wrong.add("invariant 1: not answered although nothing has moved for long: " + waiting());
    }
    // Whoever cancelled may have left guests that are stopping, and a drain that another is at.
    for (int i = 0; i < 10_000 && !isQuiet(); i++) {
      machine.park(this, 5_000_000);
    }
    if (pool.metrics().waiting() != 0) {
      wrong.add("invariants 2 and 3: all is answered, and yet " + pool.metrics());
    }
    if (pool.roomQueue().isAwaited() || pool.tenantRoom().singles() != 0) {
      wrong.add(
          "invariant 3: nothing waits, and yet a stream stands in the queue for room ("
              + pool.roomQueue().isAwaited()
              + "), or tenants have so many waiting: "
              + pool.tenantRoom().singles());
    }
  }

  private boolean isQuiet() {
    return guests.running() == 0
        && pool.metrics().waiting() == 0
        && workersInUserCode == 0
        && !pool.roomQueue().isAwaited();
  }

  private List<String> waiting() {
    List<String> waiting = new ArrayList<>();
    for (String text : subscribed) {
      if (!answers.containsKey(text) && !given.contains(text)) {
        waiting.add(text);
      }
    }
    for (StreamSubscriber each : streams) {
      if (!each.ended) {
        waiting.add("a stream with " + each.got + " replies to " + each.sent);
      }
    }
    return waiting;
  }

  /** The room that came back is exactly the room there was. */
  private void probeCapacity() {
    if (pool.isClosed()) {
      return;
    }
    int capacity = config.inboxCapacity();
    int granted = pool.admission().tryAcquire(capacity + 5);
    if (granted != capacity) {
      wrong.add("invariant 3: room for " + granted + " of " + capacity);
    }
    for (int i = 0; i < granted; i++) {
      pool.admission().abandoned();
    }
  }

  private void checkAnswers() {
    for (String text : subscribed) {
      int count = answers.getOrDefault(text, 0);
      if (count == 0 && !given.contains(text)) {
        wrong.add("invariant 1: " + text + " was never answered");
      }
    }
    for (StreamSubscriber each : streams) {
      if (!each.ended) {
        wrong.add("invariant 1: a stream never ended, " + each.got + " replies to " + each.sent);
      }
    }
    answers.forEach(
        (text, count) -> {
          if (count > 1) {
            wrong.add("invariant 1: " + text + " was answered " + count + " times");
          }
        });
    if (pool.metrics().waiting() != 0 || pool.metrics().liveWorkers() != 0) {
      wrong.add("the pool is closed, and yet " + pool.metrics());
    }
  }
}
