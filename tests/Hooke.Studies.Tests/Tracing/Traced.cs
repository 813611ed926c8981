using Hooke.Circuits;
using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Testing;

namespace Hooke.Studies.Tests;

/// <summary>A two-step fact traced through the shipped cross-layer transcoder, once for all tests.</summary>
static class Traced
{
    static readonly string Folder = Path.Combine(Fixtures.Root, "models", "tinyworld");

    public static Model Model { get; } = Model.Load(Folder);

    public static CoderSet Coders { get; } = CoderSet.Load(Path.Combine(Folder, "dictionaries", "clt"));

    public static string Prompt { get; } = Shipped.World.Prompts("two-step", Split.HeldOut, 1, seed: 3)[0].Clean;

    public static LocalReplacement Replacement { get; } = new(Model, Coders, Model.Tokenizer.Encode(Prompt));

    public static AttributionGraph Graph { get; } =
        Tracer.Trace(Replacement, new TraceRequest { Targets = TraceTarget.Likeliest(Replacement) });

    public static TraceStudy Study { get; } = Of(Graph);

    public static TraceStudy Of(AttributionGraph graph) => TraceStudy.Of(Replacement, graph, new TraceStudyAbout
    {
        Scan = "tinyworld/clt",
        Prompt = Prompt,
        World = Shipped.World,
        Documents = 64,
    });
}
