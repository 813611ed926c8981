using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>How a comparison with PyTorch is printed.</summary>
static class Table
{
    /// <summary>What is compared, under which circumstances.</summary>
    public static void Head(TorchPeer peer, params ReadOnlySpan<string> lines) =>
        HeadOf(peer, ["GPT-2 small's shape, random weights, float32.", .. lines]);

    /// <summary>The same of another subject.</summary>
    public static void HeadOf(TorchPeer peer, params ReadOnlySpan<string> lines)
    {
        foreach (string line in lines)
            Console.WriteLine(line);
        Console.WriteLine("Medians. Ratio: time of PyTorch / time of Hooke.");
        Console.WriteLine($"{Work.Threads} threads, {32 * GemmTiles.Width}-bit vectors, {peer.Description}");
        Console.WriteLine();
    }

    /// <summary>The names of the columns.</summary>
    public static void Columns(string what, string how) => Row(what, how, "PyTorch", "Hooke", "ratio");

    /// <summary>A line of the table, of times in milliseconds.</summary>
    public static void Row(string what, string how, double peer, double hooke) =>
        Row(what, how, Time(peer), Time(hooke), $"{peer / hooke:F2}");

    /// <summary>What is said of the numbers that both sides found, after an empty line.</summary>
    public static void Agreement(string sentence)
    {
        Console.WriteLine();
        Console.WriteLine(sentence);
    }

    static string Time(double ms) => ms < 10_000 ? $"{ms:N0} ms" : $"{ms / 1000:F2} s";

    static void Row(string what, string how, string peer, string hooke, string ratio) =>
        Console.WriteLine($"{what,-28}{how,24}{peer,12}{hooke,12}{ratio,8}");
}
