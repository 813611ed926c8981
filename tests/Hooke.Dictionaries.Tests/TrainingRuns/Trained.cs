using Hooke.Models;
using Hooke.Testing;

namespace Hooke.Dictionaries.Tests;

/// <summary>A small training on the golden model: an autoencoder, transcoders, a cross-layer transcoder and a crosscoder.</summary>
sealed class Trained : IDisposable
{
    public const int Steps = 14;

    public Model Model { get; } = Model.Load(Fixtures.Golden("gpt2"));

    public NumberedTokens Text => new(Model.Config.DVocab, 12);

    public TemporaryFolder Folder { get; } = new();

    public TrainingManifest Manifest { get; } = new()
    {
        Models = [ManifestFile.ModelOf(Fixtures.Golden("gpt2"))],
        Text = new(TextKind.World, 3),
        Batch = 48,
        Buffer = 128,
        Seed = 5,
        Dictionaries =
        [
            Plan("z", DictionaryForm.Autoencoder, ["blocks.1.attn.hook_z"]),
            Plan("transcoders", DictionaryForm.Transcoders, Reads, Writes) with { Stored = DType.F16 },
            Plan("clt", DictionaryForm.CrossLayerTranscoder, Reads, Writes),
            Plan("crosscoder", DictionaryForm.Crosscoder, ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post"]),
        ],
    };

    static string[] Reads => ["blocks.0.ln2.hook_normalized", "blocks.1.ln2.hook_normalized"];

    static string[] Writes => ["blocks.0.hook_mlp_out", "blocks.1.hook_mlp_out"];

    public static DictionaryPlan Plan(
        string name, DictionaryForm form, string[] reads, string[]? writes = null, CoderKind kind = CoderKind.BatchTopK) => new()
        {
            Name = name,
            Form = form,
            Reads = reads,
            Writes = writes,
            Recipe = new TrainingRecipe { Kind = kind, NLatents = 64, Steps = Steps, K = 6, Optimizer = new(LearningRate: 3e-3f), Seed = 9 },
        };

    public TrainingRun Run(string folder, TrainingManifest? manifest = null) => new(manifest ?? Manifest, [Model], Text, Folder[folder]);

    public void Dispose()
    {
        Model.Dispose();
        Folder.Dispose();
    }
}
