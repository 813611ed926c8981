using System.Diagnostics;
using System.Globalization;
using System.Runtime.ExceptionServices;

namespace Hooke.Tensors;

/// <summary>
/// A standing pool of threads that splits independent items, never a sum: the chunks are the same whatever the number
/// of threads, so results are too.
/// </summary>
public static class Work
{
    static readonly Lock Gate = new();
    static readonly object Parking = new();
    static readonly long SpinTicks = Stopwatch.Frequency / 20_000; // 50 µs; code between two kernels takes less

    static int _threads;
    static int _workers;
    static int _parked;
    static int _posted;
    static int _busy;
    static Job? _job;

    [ThreadStatic] static bool _inside;

    /// <summary>How many threads take part, the caller too; at first HOOKE_THREADS or the processors.</summary>
    /// <exception cref="InputException">HOOKE_THREADS is not a whole number of 1 or more.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The value set is not positive.</exception>
    public static int Threads
    {
        get => _threads > 0 ? _threads : _threads = FromEnvironment();
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            _threads = value;
        }
    }

    /// <summary>Calls <paramref name="body"/> once for every item in [0, <paramref name="count"/>).</summary>
    public static void For(int count, Action<int> body) => For(count, 1, (start, _) => body(start));

    /// <summary>
    /// Calls <paramref name="body"/>(start, end) for the chunks [0, grain), [grain, 2·grain), … of
    /// [0, <paramref name="count"/>). A call made inside a body, or while another thread uses the pool, runs in its
    /// own thread.
    /// </summary>
    /// <remarks>The exception of the first chunk to fail reaches the caller; later chunks may not run.</remarks>
    public static void For(int count, int grain, Action<int, int> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(grain);
        int threads = Threads;
        if (count <= grain || threads == 1 || _inside || Interlocked.Exchange(ref _busy, 1) != 0)
        {
            for (int start = 0; start < count; start += Math.Min(grain, count - start))
                body(start, start + Math.Min(grain, count - start));
            return;
        }
        try
        {
            Share(new Job(count, grain, body, threads - 1), threads);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    static void Share(Job job, int threads)
    {
        if (_workers < threads - 1)
            Hire(threads - 1);
        Volatile.Write(ref _job, job);
        Interlocked.Increment(ref _posted);
        if (Volatile.Read(ref _parked) > 0)
        {
            lock (Parking)
                Monitor.PulseAll(Parking);
        }
        _inside = true;
        try
        {
            job.Run();
        }
        finally
        {
            _inside = false;
        }
        job.Wait();
        Volatile.Write(ref _job, null);
        job.Failure?.Throw();
    }

    static void Hire(int workers)
    {
        lock (Gate)
        {
            for (; _workers < workers; _workers++)
            {
                Thread thread = new(Serve) { IsBackground = true, Name = $"Hooke worker {_workers + 1}" };
                thread.Start();
            }
        }
    }

    static void Serve()
    {
        _inside = true;
        for (int seen = 0; ;)
        {
            seen = Next(seen);
            if (Volatile.Read(ref _job) is { } job && job.Join())
                job.Run();
        }
    }

    /// <summary>Waits for a job later than the one last seen: spins a little, then sleeps.</summary>
    static int Next(int seen)
    {
        if (_threads <= Environment.ProcessorCount)
        {
            long until = Stopwatch.GetTimestamp() + SpinTicks;
            do
            {
                if (Volatile.Read(ref _posted) is int posted && posted != seen)
                    return posted;
                Thread.SpinWait(8);
            }
            while (Stopwatch.GetTimestamp() < until);
        }
        lock (Parking)
        {
            Interlocked.Increment(ref _parked); // before the look below, so that a poster who sees none parked was seen
            while (Volatile.Read(ref _posted) == seen)
                Monitor.Wait(Parking);
            Interlocked.Decrement(ref _parked);
            return Volatile.Read(ref _posted);
        }
    }

    static int FromEnvironment()
    {
        string? text = Environment.GetEnvironmentVariable("HOOKE_THREADS");
        if (string.IsNullOrEmpty(text))
            return Environment.ProcessorCount;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int threads) && threads > 0
            ? threads
            : throw new InputException($"HOOKE_THREADS is '{text}'; give a whole number of 1 or more, or unset it.");
    }

    /// <summary>One call of For: chunks are claimed in order, so every chunk before a failed one still runs.</summary>
    sealed class Job(int count, int grain, Action<int, int> body, int seats)
    {
        long _next;
        long _done;
        long _failedAt = long.MaxValue;
        int _seats = seats;

        public ExceptionDispatchInfo? Failure { get; private set; }

        /// <summary>False when as many workers as there are threads to use have joined already.</summary>
        public bool Join() => Interlocked.Decrement(ref _seats) >= 0;

        public void Run()
        {
            long start;
            while ((start = Interlocked.Add(ref _next, grain) - grain) < count)
            {
                int end = (int)Math.Min(start + grain, count);
                try
                {
                    if (start < Volatile.Read(ref _failedAt))
                        body((int)start, end);
                }
#pragma warning disable CA1031 // whatever it is, the caller gets it
                catch (Exception exception)
#pragma warning restore CA1031
                {
                    Fail(start, exception);
                }
                Interlocked.Add(ref _done, end - start);
            }
        }

        public void Wait()
        {
            for (SpinWait spin = default; Volatile.Read(ref _done) < count;)
                spin.SpinOnce(sleep1Threshold: -1);
        }

        void Fail(long start, Exception exception)
        {
            lock (this)
            {
                if (start >= _failedAt)
                    return;
                _failedAt = start;
                Failure = ExceptionDispatchInfo.Capture(exception);
            }
        }
    }
}
