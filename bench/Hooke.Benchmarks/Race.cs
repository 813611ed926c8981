using System.Diagnostics;

namespace Hooke.Benchmarks;

/// <summary>Times several ways to do the same work, taking turns so that a busy machine slows them all alike.</summary>
static class Race
{
    const int Rounds = 15;
    const double MillisecondsPerTurn = 15;

    /// <summary>How long one call of each runner takes.</summary>
    public static Lap[] Run(params Action[] runners)
    {
        int[] calls = [.. runners.Select(CallsPerTurn)];
        double[][] times = [.. runners.Select(_ => new double[Rounds])];
        for (int round = 0; round < Rounds; round++)
        {
            for (int turn = 0; turn < runners.Length; turn++)
            {
                int who = (turn + round) % runners.Length;
                Rest();
                runners[who](); // wakes its threads
                times[who][round] = Time(runners[who], calls[who]);
            }
        }
        return [.. times.Select(t => new Lap(Median(t), t.Min()))];
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    static int CallsPerTurn(Action runner)
    {
        for (int i = 0; i < 3; i++)
            runner(); // compiles, packs, faults pages in
        return (int)Math.Clamp(MillisecondsPerTurn / Time(runner, 1), 1, 10_000);
    }

    static double Time(Action runner, int calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < calls; i++)
            runner();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds / calls;
    }

    /// <summary>Long enough for the threads of whoever ran last to stop spinning.</summary>
    static void Rest() => Thread.Sleep(10);

    /// <summary>Milliseconds of the median turn, and of the best, which other work disturbed least.</summary>
    public readonly record struct Lap(double Median, double Best);
}
