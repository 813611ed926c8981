using System.Globalization;
using System.Numerics;

namespace Hooke.Studies;

/// <summary>Maps numbers to places on the page, and picks round numbers to label.</summary>
/// <param name="From">The number at the start.</param>
/// <param name="To">The number at the end.</param>
/// <param name="Start">Its place, in pixels.</param>
/// <param name="End">Its place, in pixels.</param>
readonly record struct Axis(double From, double To, double Start, double End)
{
    /// <summary>An axis that holds all the numbers, with a little room at both ends.</summary>
    public static Axis Over(IEnumerable<double> numbers, double start, double end)
    {
        double[] all = [.. numbers.Select(number => Math.Clamp(number, -1e6, 1e6))];
        double low = all.Min(), high = all.Max(), room = high > low ? (high - low) * 0.04 : 0.5;
        return new Axis(low - room, high + room, start, end);
    }

    /// <summary>The place of a number, kept on the axis.</summary>
    public double At(double number)
    {
        double share = (Math.Clamp(number, From, To) - From) / (To - From);
        return Start + share * (End - Start);
    }

    /// <summary>Round numbers on the axis, at most <paramref name="most"/>.</summary>
    public IReadOnlyList<double> Ticks(int most)
    {
        decimal step = Step((To - From) / most);
        decimal first = Math.Ceiling((decimal)From / step) * step;
        List<double> ticks = [];
        for (decimal tick = first; tick <= (decimal)To; tick += step)
            ticks.Add((double)tick);
        return ticks;
    }

    /// <summary>A tick's label.</summary>
    public static string Label(double tick) =>
        (tick < 0 ? "−" : "") + Math.Abs(tick).ToString("#,0.######", CultureInfo.InvariantCulture);

    /// <summary>
    /// A logarithm that needs no library: log2 at powers of two, straight lines between; exact everywhere.
    /// </summary>
    public static double Log(int count)
    {
        int power = BitOperations.Log2((uint)Math.Max(1, count));
        return power + ((double)count / (1L << power) - 1);
    }

    static decimal Step(double least)
    {
        decimal step = 0.000001m;
        while ((double)step < least)
            step *= 10;
        return (double)(step / 5) >= least ? step / 5 : (double)(step / 2) >= least ? step / 2 : step;
    }
}
