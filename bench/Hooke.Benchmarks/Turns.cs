using System.Diagnostics;

namespace Hooke.Benchmarks;

/// <summary>Times work that takes long enough to be timed once a turn, wherever it runs.</summary>
static class Turns
{
    /// <summary>The median of each runner, which do their work once and say how many milliseconds it took.</summary>
    public static double[] Medians(int rounds, params Func<double>[] runners)
    {
        double[][] times = [.. runners.Select(_ => new double[rounds])];
        foreach (Func<double> runner in runners)
            Next(runner); // compiles, packs, faults pages in
        for (int round = 0; round < rounds; round++)
            for (int turn = 0; turn < runners.Length; turn++)
            {
                int who = (turn + round) % runners.Length;
                times[who][round] = Next(runners[who]);
            }
        return [.. times.Select(Race.Median)];
    }

    /// <summary>The milliseconds that work takes.</summary>
    public static double Time(Action work)
    {
        long start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    // Long enough for the threads of whoever ran last to stop spinning.
    static double Next(Func<double> runner)
    {
        Thread.Sleep(20);
        return runner();
    }
}
