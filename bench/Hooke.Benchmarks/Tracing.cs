using System.Diagnostics;
using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Models;

namespace Hooke.Benchmarks;

static class Tracing
{
    public static void Run()
    {
        using Model model = RandomGpt2.Small(6, 256);
        using CoderSet coders = RandomTranscoders.Create(model.Config, 4096, 32);
        Hooke.Tensors.Draws draws = new Hooke.Tensors.Rng(2).Draw();
        int[] tokens = [.. Enumerable.Range(0, 24).Select(_ => draws.Below(1024))];
        for (int i = 0; i < 4; i++)
        {
            long start = Stopwatch.GetTimestamp();
            TimeSpan cpu = Process.GetCurrentProcess().TotalProcessorTime;
            using LocalReplacement replacement = new(model, coders, tokens);
            double made = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            AttributionGraph graph = Tracer.Trace(replacement, new() { Targets = TraceTarget.Likeliest(replacement) });
            double traced = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            PrunedGraph pruned = new(graph);
            double prunedAt = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            GraphScores scores = GraphScores.Of(graph);
            Console.WriteLine($"{replacement.Latents.Count} latents {graph.EdgeCount} edges: made {made:F0} traced {traced - made:F0} pruned {prunedAt - traced:F0} ({pruned.NodeCount}, {pruned.EdgeCount}) scores {Stopwatch.GetElapsedTime(start).TotalMilliseconds - prunedAt:F0}  all {Stopwatch.GetElapsedTime(start).TotalMilliseconds:F0} cpu {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalMilliseconds:F0}");
        }
    }
}
