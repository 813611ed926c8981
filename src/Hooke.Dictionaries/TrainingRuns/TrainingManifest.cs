using Hooke.Models;

namespace Hooke.Dictionaries;

/// <summary>All that the bytes of some dictionaries depend on: from it the training can be made again.</summary>
public sealed record TrainingManifest
{
    /// <summary>The models that are read; a second one reads the same tokens.</summary>
    public required IReadOnlyList<ModelIdentity> Models { get; init; }

    /// <summary>The text.</summary>
    public required TextIdentity Text { get; init; }

    /// <summary>The dictionaries, all trained on one stream.</summary>
    public required IReadOnlyList<DictionaryPlan> Dictionaries { get; init; }

    /// <summary>Rows of a batch.</summary>
    public int Batch { get; set; } = 1024;

    /// <summary>The most rows, one for each token, that the shuffle buffer holds.</summary>
    public int Buffer { get; set; } = 65_536;

    /// <summary>Seed of the order in which rows come.</summary>
    public ulong Seed { get; set; }

    /// <summary>Whether special tokens, such as a begin-of-text, have rows too.</summary>
    public bool KeepsSpecialTokens { get; set; }

    /// <summary>
    /// Whether activations have unit mean square in training, site by site; what they were multiplied by is folded into the
    /// weights.
    /// </summary>
    public bool ScalesActivations { get; set; } = true;

    /// <summary>What came of it; null before.</summary>
    public TrainingResult? Result { get; set; }
}

/// <summary>A model by SHA-256.</summary>
/// <param name="Weights">Of its weight files, one after the other.</param>
/// <param name="Config">Of its config.json or tl_config.json.</param>
public sealed record ModelIdentity(string Weights, string Config);

/// <summary>The text of a training.</summary>
/// <param name="Kind">Whether a world's documents or files of plain text.</param>
/// <param name="Seed">Which run of a world's documents.</param>
/// <param name="WorldSha256">SHA-256 of the world's file.</param>
/// <param name="Files">The files, in their order.</param>
/// <param name="Context">How many tokens of files make a sequence.</param>
public sealed record TextIdentity(
    TextKind Kind, ulong Seed = 0, string? WorldSha256 = null, IReadOnlyList<TextFile>? Files = null, int Context = 0);

/// <summary>Where a training's text comes from.</summary>
public enum TextKind
{
    /// <summary>The documents of the world that the first model was trained on: endless, none twice.</summary>
    World,

    /// <summary>Plain text files, over and over.</summary>
    Files,
}

/// <summary>A file of text.</summary>
/// <param name="Path">Its path, seen from the manifest's folder.</param>
/// <param name="Sha256">SHA-256 of its bytes.</param>
public sealed record TextFile(string Path, string Sha256);

/// <summary>One dictionary of a training.</summary>
public sealed record DictionaryPlan
{
    /// <summary>The folder that it is written to, within the training's.</summary>
    public required string Name { get; init; }

    /// <summary>What it is.</summary>
    public required DictionaryForm Form { get; init; }

    /// <summary>
    /// The sites that are read: blocks.1.hook_resid_post, or 1/blocks.1.hook_resid_post of the second of two models.
    /// </summary>
    public required IReadOnlyList<string> Reads { get; init; }

    /// <summary>The sites that a transcoder writes, one for each that is read; the others write what they read.</summary>
    public IReadOnlyList<string>? Writes { get; set; }

    /// <summary>How it is trained.</summary>
    public required TrainingRecipe Recipe { get; init; }

    /// <summary>
    /// Weight of the divergence, in nats, between the model's next tokens and those with the dictionary in place; 0 for none.
    /// </summary>
    public float EndToEnd { get; set; }

    /// <summary>The layout of its files; if not said, the one for its form.</summary>
    public string? Layout { get; set; }

    /// <summary>The number type of its files.</summary>
    public DType Stored { get; set; } = DType.F32;
}

/// <summary>The forms of a dictionary.</summary>
public enum DictionaryForm
{
    /// <summary>Reads and writes one site.</summary>
    Autoencoder,

    /// <summary>A coder for each pair of sites, read and written, trained by themselves.</summary>
    Transcoders,

    /// <summary>A coder for each site read, which writes that layer's site and all later ones, trained together.</summary>
    CrossLayerTranscoder,

    /// <summary>One coder that reads and writes several sites, of several layers or models.</summary>
    Crosscoder,
}

/// <summary>What came of a training.</summary>
/// <param name="Tokens">How many rows were learnt from.</param>
/// <param name="EarlyStep">A number of steps after which the weights were hashed.</param>
/// <param name="EarlySha256">SHA-256 of all weights after that step: a short run can be compared with it.</param>
/// <param name="MeasuredTokens">On how many rows behind the training's the figures were measured.</param>
/// <param name="Figures">The figures of the dictionaries as they are stored, coder by coder.</param>
/// <param name="Files">SHA-256 of every file.</param>
public sealed record TrainingResult(
    long Tokens, int EarlyStep, string EarlySha256, int MeasuredTokens, IReadOnlyList<CoderFigures> Figures,
    IReadOnlyList<TextFile> Files);

/// <summary>How good a coder is.</summary>
/// <param name="Dictionary">The dictionary that it belongs to.</param>
/// <param name="Site">The site that it reads; several with commas between.</param>
/// <param name="L0">Mean number of active latents.</param>
/// <param name="DeadShare">Share of latents that were active for no row.</param>
/// <param name="Fvu">
/// Fraction of variance unexplained, centred on the mean over all rows, at the site of this coder's layer (of a crosscoder
/// all of its sites together).
/// </param>
public sealed record CoderFigures(string Dictionary, string Site, double L0, double DeadShare, double Fvu);
