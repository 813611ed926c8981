using System.Globalization;
using System.Text.Json.Nodes;
using Hooke.Dictionaries;
using Hooke.Tensors;

namespace Hooke.Benchmarks;

/// <summary>Steps of TopK training, against the dense step of the usual libraries and one that gathers decoder rows.</summary>
static class DictionaryTraining
{
    const int Rounds = 3;

    /// <summary>Prints the tables.</summary>
    public static void Run()
    {
        DictionaryShape shape = new(16_384);
        using TorchPeer peer = new("dictionaries.py", _ => { });
        Table.HeadOf(peer,
            $"TopK training, d = {DictionaryShape.Width}, F = {shape.NLatents:N0}, k = {DictionaryShape.K}, "
            + $"batch {DictionaryShape.Rows:N0}, Adam; a step.");
        Table.Columns("PyTorch", "");
        Tensor[] batches = DictionaryShape.Random();
        Compare(shape, peer, batches, "dense, as SAELens does", "dense");
        Compare(shape, peer, batches, "gathering, as sparsify does", "sparsify");
        Compare(shape, peer, batches, "gathering, at its best", "bags");
        Console.WriteLine();
        PrintMemory();
        Console.WriteLine();
        Console.WriteLine("Hooke alone, the same at other F; growth: cost of a token against the line above, over F's.");
        Console.WriteLine($"{"F",10}{"a step",12}{"a token",12}{"growth",9}");
        double before = 0;
        foreach (int latents in new[] { 4096, 8192, 16_384, 32_768, 65_536, 131_072 })
            before = PrintCost(latents, batches, before);
    }

    /// <summary>The most memory that training has resident, in a process of its own: prints bytes beyond the runtime's.</summary>
    public static void Memory()
    {
        long before = Benchmarks.Memory.MostResident();
        Tensor[] batches = DictionaryShape.Random();
        using DictionaryTrainer trainer = new DictionaryShape(16_384).Trainer();
        for (int i = 0; i < 4; i++)
            trainer.Step([batches[i % batches.Length]], [batches[i % batches.Length]]);
        Console.WriteLine(FormattableString.Invariant($"{Benchmarks.Memory.MostResident() - before}"));
    }

    static void Compare(DictionaryShape shape, TorchPeer peer, Tensor[] batches, string what, string how)
    {
        using DictionaryTrainer trainer = shape.Trainer();
        shape.Write(peer.File, trainer, batches);
        peer.Ask(shape.Begin(peer.File, how));
        JsonObject step = new() { ["do"] = "step" };
        List<double> ours = [], theirs = [];
        double[] ms = Turns.Medians(Rounds,
            () =>
            {
                JsonNode answer = peer.Ask(step);
                theirs.Add((double)answer["loss"]!);
                return (double)answer["ms"]!;
            },
            () => Turns.Time(() => ours.Add(Learn(trainer, batches))));
        Table.Row(what, "", ms[0], ms[1]);
        double off = ours.Zip(theirs, (a, b) => Math.Abs(a - b) / b).Max();
        Console.WriteLine(FormattableString.Invariant(
            $"  {DictionaryShape.Rows / ms[0] * 1000:N0} and {DictionaryShape.Rows / ms[1] * 1000:N0} tokens/s; ")
            + $"the losses of {ours.Count} steps agree to {off:E1}.");
    }

    static double Learn(DictionaryTrainer trainer, Tensor[] batches)
    {
        Tensor batch = batches[trainer.Steps % batches.Length];
        return trainer.Step([batch], [batch]).Loss;
    }

    static void PrintMemory()
    {
        long weights = 2L * 16_384 * DictionaryShape.Width * sizeof(float);
        long buffer = (long)DictionaryShape.Batches * DictionaryShape.Rows * DictionaryShape.Width * sizeof(float);
        long most = long.Parse(Benchmarks.Memory.InProcess("dictionary", "memory"), CultureInfo.InvariantCulture);
        Console.WriteLine(FormattableString.Invariant(
            $"Most memory resident: {most / 1e6:N0} MB; ")
            + FormattableString.Invariant($"weights, moments and batches are {((3 * weights) + buffer) / 1e6:N0} MB, ")
            + FormattableString.Invariant($"the ratio {(double)most / ((3 * weights) + buffer):F2} ")
            + FormattableString.Invariant($"({(double)most / ((4 * weights) + buffer):F2} with gradients, which are not kept)."));
    }

    static double PrintCost(int latents, Tensor[] batches, double before)
    {
        using DictionaryTrainer trainer = new DictionaryShape(latents).Trainer();
        double ms = Turns.Medians(2, () => Turns.Time(() => Learn(trainer, batches)))[0];
        string growth = before > 0 ? FormattableString.Invariant($"{ms / before / 2:F2}") : "";
        Console.WriteLine(FormattableString.Invariant(
            $"{latents,10:N0}{ms,9:N0} ms{1000 * ms / DictionaryShape.Rows,9:N1} µs{growth,9}"));
        return ms;
    }
}
