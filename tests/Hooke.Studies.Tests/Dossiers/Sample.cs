using Hooke.Evidence;
using Hooke.Tensors;

namespace Hooke.Studies.Tests;

/// <summary>A made-up dossier of the shape a real one has: the indirect object in a small model.</summary>
static class Sample
{
    const int Layers = 4, Heads = 6, Prompts = 200;

    static readonly string[] Words = "When Mary and John went to the store , John gave a drink to".Split(' ');

    static readonly (string Source, string Target, double Score)[] Wires =
    [
        ("input", "a0.h1<q>", 0.31), ("input", "a0.h1<k>", 0.27), ("input", "a0.h1<v>", 0.44), ("input", "m0", 0.62),
        ("m0", "a1.h4<k>", 0.29), ("input", "a1.h4<v>", 0.18), ("a0.h1", "a1.h4<q>", 0.22), ("a0.h1", "a2.h0<k>", 0.35),
        ("m0", "a2.h0<v>", 0.41), ("m0", "a2.h3<v>", 0.26), ("a1.h4", "a2.h0<q>", 0.38), ("a1.h4", "a2.h3<q>", 0.33),
        ("a1.h4", "m1", 0.12), ("m1", "a2.h3<k>", 0.09), ("a2.h0", "a3.h2<q>", -0.57), ("a2.h3", "a3.h2<q>", -0.46),
        ("a2.h0", "a3.h5<q>", -0.39), ("m0", "a3.h2<v>", 0.71), ("input", "a3.h2<k>", 0.24), ("m0", "a3.h2<k>", 0.37),
        ("m0", "a3.h5<v>", 0.34), ("a3.h2", "logits", 1.43), ("a3.h5", "logits", 0.52), ("a3.h0", "logits", -0.31),
        ("m0", "a3.h0<v>", -0.22), ("a2.h0", "a3.h0<q>", 0.17), ("a3.h2", "m3", 0.21), ("m3", "logits", 0.28),
        ("m2", "logits", -0.07), ("a2.h3", "m2", 0.06), ("input", "logits", 0.05),
    ];

    static readonly Dictionary<string, string> Roles = new()
    {
        ["a0.h1"] = "attends to the earlier copy of the same token (0.88)",
        ["a2.h0"] = "attends from the last position to the repeated name (0.79)",
        ["a3.h2"] = "attends from the last position to the name that stands once (0.83)",
    };

    public static Estimate Estimate(double value, double half, int n = Prompts) =>
        new(value, value - half, value + half, n, Bootstrap.Method, 1);

    public static Findings Findings => new()
    {
        Behaviour = new BehaviourCheck(Estimate(0.985, 0.012), Estimate(3.42, 0.11), "logit difference (nats)"),
        Necessity = new Necessity(Estimate(0.962, 0.021), Estimate(0.833, 0.024), Spread(0.02, 0.31, 11)),
        Sufficiency = new Sufficiency(Estimate(0.931234567891, 0.0271), Spread(-0.12, 0.34, 12), HeldOut: true),
        Completeness = new Completeness(Estimate(0.0914, 0.018), [.. KnockOuts], HeldOut: true),
        Minimality = new Minimality([.. Wires.Select((_, i) => Member(i))], HeldOut: true),
        Prediction = new Prediction(
            "Replacing a3.h2's query by the counterfactual's", Estimate(0.94, 0.03), Estimate(2.61, 0.14)),
        Robustness = new Robustness(
        [
            new AblationKind("resample", Estimate(0.931, 0.027)), new AblationKind("mean", Estimate(0.902, 0.031)),
            new AblationKind("zero", Estimate(0.79, 0.06)),
        ]),
    };

    public static Claim Claim(Findings findings) => new(
        "Thirty-one edges between eleven parts of Tinyworld carry its choice of the indirect object",
        findings,
        new Coverage
        {
            ModelName = "Tinyworld",
            ModelVersion = "weights 3f9a61c0d2e4",
            ModelSize = "0.9 M parameters, 4 layers of 6 heads, d_model 144",
            Site = "outputs of heads and MLPs, and what enters their queries, keys and values",
            Prompts = "200 held-out pairs of sentences about two people and a thing, with names not seen in training",
            Method = "EAP-IG with 5 steps on 100 other pairs, then greedy growth",
            SparseCoder = "none used",
            Graph = "heads split by query, key and value, MLPs, embedding and logits",
            Intervention = "resample ablation of edges: what an edge carries is taken from the counterfactual run",
            Metric = "logit of the answer less logit of the foil, in nats",
            NotTested = ["Sentences with three names.", "Names of two tokens.", "At which positions the edges act."],
            KeepsBehaviour = "interventions run in the model itself; nothing is replaced by an approximation",
            Access = "everyone: weights, prompts and code ship with Hooke",
            LookAgain = "when the weights' SHA-256 changes",
        });

    public static Dossier Dossier => new()
    {
        Claim = Claim(Findings),
        Request = new DossierRequest
        {
            Command = "hooke investigate --model models/tinyworld --behaviour indirect-object --seed 1",
            ModelFolder = "models/tinyworld",
            Behaviour = "indirect-object",
            Seed = 1,
            Options = [new("discovery prompts", "100"), new("ig steps", "5"), new("random circuits", "100")],
        },
        Identities = new DossierIdentities
        {
            Weights = Identity.OfText("weights"),
            Config = Identity.OfText("config"),
            Tokenizer = Identity.OfText("tokenizer"),
            Prompts = Identity.OfText("prompts"),
            Hooke = "0.1.0",
        },
        Examples = [Example("Mary", "John", "store", 3.71), Example("Sarah", "Tom", "park", 3.05)],
        Circuit = Circuit,
        FaithfulnessCurve = [.. Curve],
        Heatmaps = [Residual, Attention, Mlp, HeadMap],
        Interventions =
        [
            new("blocks.3.attn.hook_q head 2", "replace by the counterfactual's", "moves the answer to the foil",
                3.42, -1.84, Estimate(5.26, 0.21), Estimate(0.97, 0.02)),
            new("blocks.2.attn.hook_z head 0", "mean-ablate", "weakens the answer",
                3.42, 0.81, Estimate(2.61, 0.14), Estimate(0.94, 0.03)),
            new("blocks.3.attn.hook_z head 0", "zero-ablate", "strengthens the answer",
                3.42, 3.69, Estimate(0.27, 0.05), Estimate(0.81, 0.05)),
        ],
        Notes = ["Intervals are over prompts only; another seed of training was not tried."],
    };

    static DossierCircuit Circuit
    {
        get
        {
            DossierEdge[] edges = [.. Wires.Select(wire => new DossierEdge(wire.Source, wire.Target, wire.Score))];
            IEnumerable<string> ids = edges.SelectMany(edge => new[] { edge.Source, edge.TargetNode() }).Distinct();
            return new DossierCircuit(Layers, Heads, 1024,
                [.. ids.Select(Node).OrderBy(Depth).ThenBy(node => node.Head)],
                [.. edges.OrderByDescending(edge => Math.Abs(edge.Score))]);
        }
    }

    static DossierNode Node(string id)
    {
        double score = Wires.Where(wire => wire.Source == id).Sum(wire => wire.Score);
        return id switch
        {
            "input" => new(id, NodeKind.Input, null, null, score),
            "logits" => new(id, NodeKind.Logits, null, null, 0),
            ['m', .. string layer] => new(id, NodeKind.Mlp, int.Parse(layer), null, score),
            _ => new(id, NodeKind.Head, id[1] - '0', id[4] - '0', score, Roles.GetValueOrDefault(id)),
        };
    }

    static int Depth(DossierNode node) => node.Kind switch
    {
        NodeKind.Input => -1,
        NodeKind.Logits => 99,
        _ => 2 * node.Layer!.Value + (node.Kind == NodeKind.Mlp ? 1 : 0),
    };

    static Contribution Member(int i)
    {
        double effect = Wires[i].Score * 0.21;
        return new($"{Wires[i].Source}->{Wires[i].Target}", Estimate(effect, Math.Abs(effect) * 0.4));
    }

    static IEnumerable<KnockOut> KnockOuts =>
    [
        new("a0.h1", 0.061), new("a2.h0, a2.h3", 0.143), new("a3.h2", 0.118), new("a3.h5, m3", 0.074), new("m1", 0.021),
    ];

    static IEnumerable<CurvePoint> Curve
    {
        get
        {
            (int, double)[] points =
            [
                (1, 0.01), (2, 0.02), (4, 0.02), (6, 0.11), (8, 0.19), (11, 0.42), (16, 0.58), (22, 0.81), (31, 0.94),
                (45, 0.96), (64, 1.03), (90, 1.06), (128, 1.02), (181, 1.01), (256, 0.99), (512, 1.0), (1024, 1.0),
            ];
            return points.Select(point => new CurvePoint(point.Item1, point.Item2));
        }
    }

    static DossierExample Example(string first, string second, string place, double metric) => new(
        $"When {first} and {second} went to the {place} , {second} gave a drink to",
        $"When {first} and {second} went to the {place} , {first} gave a drink to", first, second,
        metric, -metric + 0.31,
        [new(first, 0.871234), new("the", 0.052), new(second, 0.021), new("her", 0.0174), new("a", 0.006)]);

    static Heatmap Residual => Positions("residual stream", "blocks.{layer}.hook_resid_pre",
        (0, 9, 0.98), (1, 9, 0.97), (2, 9, 0.71), (3, 9, 0.06), (1, 10, 0.04), (2, 13, 0.27), (3, 13, 0.91));

    static Heatmap Attention => Positions("attention output", "blocks.{layer}.hook_attn_out",
        (0, 9, 0.34), (1, 9, 0.22), (1, 13, -0.09), (2, 13, 0.63), (3, 13, 0.88));

    static Heatmap Mlp => Positions("MLP output", "blocks.{layer}.hook_mlp_out",
        (0, 1, 0.08), (0, 9, 0.52), (2, 13, -0.14), (3, 13, 0.11));

    static Heatmap HeadMap => new(
        "heads", "blocks.{layer}.attn.hook_z", "The share of the difference that one head's output carries.",
        "layer", "head", Numbers(Layers), Numbers(Heads), Matrix(Heads,
            [(0, 1, 0.29), (1, 4, 0.21), (2, 0, 0.48), (2, 3, 0.31), (3, 2, 0.74), (3, 5, 0.22), (3, 0, -0.18)]));

    static Heatmap Positions(string name, string site, params (int, int, double)[] strong) => new(
        name, site, "The share of the difference between counterfactual and clean that this place carries.",
        "layer", "position", Numbers(Layers), Words, Matrix(Words.Length, strong));

    static string[] Numbers(int count) => [.. Enumerable.Range(0, count).Select(number => $"{number}")];

    static IReadOnlyList<double>[] Matrix(int columns, (int Row, int Column, double Value)[] strong)
    {
        Draws noise = new Rng(3).Draw();
        double[][] values = [.. Numbers(Layers).Select(_ => new double[columns])];
        foreach (double[] row in values)
            for (int i = 0; i < columns; i++)
                row[i] = 0.02 * (noise.Uniform() - 0.5);
        foreach ((int row, int column, double value) in strong)
            values[row][column] += value;
        return values;
    }

    static double[] Spread(double from, double to, ulong seed)
    {
        Draws draws = new Rng(seed).Draw();
        return [.. Enumerable.Range(0, 100).Select(_ => from + (to - from) * draws.Uniform() * draws.Uniform())];
    }
}
