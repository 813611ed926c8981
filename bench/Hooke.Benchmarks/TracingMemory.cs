using System.Diagnostics;
using System.Globalization;
using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Models;

namespace Hooke.Benchmarks;

/// <summary>The most memory that tracing has resident, each time in a process of its own.</summary>
static class TracingMemory
{
    const int Traced = 512, EdgesOfNode = 256, Gpt2Latents = 16_384, Gpt2EdgesOfNode = 4096, Active = 32;

    /// <summary>Prints the table.</summary>
    public static void Run()
    {
        Console.WriteLine();
        Console.WriteLine($"Memory: {Traced} latents traced, {EdgesOfNode} edges a node; and GPT-2 small's shape with 12 x "
            + $"{Gpt2Latents:N0} latents, all traced, {Gpt2EdgesOfNode:N0} edges a node.");
        Console.WriteLine("Beyond: most resident memory beyond that before tracing. Dense: nodes² x 4 bytes.");
        Console.WriteLine();
        Row("shape", "tokens", "latents", "edges", "said", "beyond", "all", "dense", "s");
        foreach (int tokens in new[] { 64, 256, 1024 })
            Console.Write(Memory.InProcess("trace", "small", tokens.ToString(CultureInfo.InvariantCulture)));
        Console.Write(Memory.InProcess("trace", "gpt2"));
    }

    /// <summary>Traces a prompt of so many tokens on the small shape and prints a row.</summary>
    public static void Small(int tokens)
    {
        using Model model = RandomGpt2.Small(6, 256);
        using CoderSet coders = RandomTranscoders.Create(model.Config, 4096, Active);
        Trace("6 x 256", model, coders, tokens, Traced, EdgesOfNode);
    }

    /// <summary>Traces 64 tokens on GPT-2 small's shape and prints a row.</summary>
    public static void Gpt2()
    {
        using Model model = RandomGpt2.Create();
        using CoderSet coders = RandomTranscoders.Create(model.Config, Gpt2Latents, Active);
        Trace("12 x 768", model, coders, 64, null, Gpt2EdgesOfNode);
    }

    static void Trace(string shape, Model model, CoderSet coders, int count, int? traced, int edges)
    {
        GC.Collect();
        long before = Process.GetCurrentProcess().WorkingSet64;
        long start = Stopwatch.GetTimestamp();
        using LocalReplacement replacement = new(model, coders, RandomGpt2.Tokens(count, model.Config.DVocab));
        TraceRequest request = new()
        {
            Targets = TraceTarget.Likeliest(replacement),
            MaxLatents = traced,
            MaxEdgesPerNode = edges,
        };
        TraceMemory memory = Tracer.Memory(replacement, request);
        AttributionGraph graph = Tracer.Trace(replacement, request);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        long most = Memory.MostResident(), nodes = replacement.Latents.Count + ((model.Config.NLayers + 1L) * count);
        Row(shape, $"{count:N0}", $"{replacement.Latents.Count:N0}", $"{graph.EdgeCount:N0}",
            Megabytes(memory.Bytes), Megabytes(most - before), Megabytes(most),
            Megabytes(nodes * nodes * sizeof(float)), $"{seconds:F1}");
    }

    static string Megabytes(long bytes) => FormattableString.Invariant($"{bytes / 1e6:N0} MB");

    static void Row(params string[] cells) => Console.WriteLine(
        $"{cells[0],-10}{cells[1],8}{cells[2],10}{cells[3],12}{cells[4],10}{cells[5],10}{cells[6],10}{cells[7],14}{cells[8],8}");
}
