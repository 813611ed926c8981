using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>What a tuned lens was trained on, for and with what result: <c>lens.json</c> beside its weights.</summary>
public sealed record TunedLensManifest
{
    /// <summary>The only format there is.</summary>
    public const string CurrentFormat = "hooke.tuned-lens/1";

    /// <summary>Format and version.</summary>
    public string Format { get; init; } = CurrentFormat;

    /// <summary>What names the model that it was trained for; it is refused for any other.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 of lens.safetensors.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Number of layers.</summary>
    public required int NLayers { get; init; }

    /// <summary>Width of the residual stream.</summary>
    public required int DModel { get; init; }

    /// <summary>What it was trained on, in words.</summary>
    public required string Text { get; init; }

    /// <summary>SHA-256 of the tokens that it was trained on.</summary>
    public required string TextSha256 { get; init; }

    /// <summary>Prompts that it was trained on.</summary>
    public required int Prompts { get; init; }

    /// <summary>Their tokens, counted once.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens of the text kept apart.</summary>
    public required long HeldOutTokens { get; init; }

    /// <summary>How it was trained.</summary>
    public required TunedLensSettings Settings { get; init; }

    /// <summary>The depths that it reads, with their losses.</summary>
    public required IReadOnlyList<TunedLensSite> Sites { get; init; }
}

/// <summary>A depth of a tuned lens; all figures are KL(final ‖ lens) in nats per token.</summary>
/// <param name="Site">The residual stream that is read.</param>
/// <param name="FirstLoss">On the first step's batch: that of the logit lens.</param>
/// <param name="LastLoss">On the last step's batch.</param>
/// <param name="HeldOutLogitLens">The logit lens on the text kept apart.</param>
/// <param name="HeldOutTunedLens">The tuned lens on the text kept apart.</param>
public sealed record TunedLensSite(
    Address Site, double FirstLoss, double LastLoss, double HeldOutLogitLens, double HeldOutTunedLens);

/// <summary>How a manifest is written as JSON.</summary>
[JsonSerializable(typeof(TunedLensManifest))]
sealed partial class TunedLensJson : JsonSerializerContext;

/// <summary>Writes and reads a tuned lens' folder: <c>lens.safetensors</c> and <c>lens.json</c>, each atomically.</summary>
public static class TunedLensFile
{
    const string WeightsName = "lens.safetensors", ManifestName = "lens.json";
    const long LargestManifest = 4_000_000;

    static readonly TunedLensJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
        NewLine = "\n",
    });

    /// <summary>
    /// Writes a lens; the weights first, so that a manifest never names what is not there. Gives the manifest as written,
    /// with the weights' hash.
    /// </summary>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public static TunedLensManifest Write(string folder, TunedLens lens, TunedLensManifest manifest)
    {
        string weights = Path.Combine(folder, WeightsName), path = Path.Combine(folder, ManifestName);
        Directory.CreateDirectory(folder);
        File.Delete(path);
        SafetensorsWriter.Write(weights, lens.Named().Select(n => ToWrite(n.Name, n.Tensor)));
        manifest = manifest with { Sha256 = Sha256(weights) };
        File.WriteAllText(path + ".part", JsonSerializer.Serialize(manifest, Json.TunedLensManifest) + "\n");
        File.Move(path + ".part", path, overwrite: true);
        return manifest;
    }

    /// <summary>Reads a lens for a model.</summary>
    /// <param name="folder">The lens' folder.</param>
    /// <param name="model">The model.</param>
    /// <param name="modelIdentity">What names it.</param>
    /// <exception cref="InputException">The lens is absent, damaged, or another model's.</exception>
    public static (TunedLens Lens, TunedLensManifest Manifest) Read(string folder, Model model, string modelIdentity)
    {
        TunedLensManifest manifest = ReadManifest(folder);
        if (manifest.Model != modelIdentity
            || (manifest.NLayers, manifest.DModel) != (model.Config.NLayers, model.Config.DModel))
            throw new InputException(
                $"{folder} holds a lens of another model ({manifest.NLayers} layers of width {manifest.DModel}, "
                + $"{Short(manifest.Model)}); this one ({model.Config.NLayers} layers of width {model.Config.DModel}) is "
                + $"{Short(modelIdentity)}: train a lens for it with `hooke lens train`");
        string path = Path.Combine(folder, WeightsName);
        if (!File.Exists(path) || Sha256(path) != manifest.Sha256)
            throw new InputException($"{path} is missing or not the file that {ManifestName} names: train the lens again");
        using SafetensorsFile file = SafetensorsFile.Open(path);
        TunedLens lens = new(manifest.NLayers, manifest.DModel);
        try
        {
            foreach ((string name, Tensor tensor) in lens.Named())
                Read(file, name, tensor);
            return (lens, manifest);
        }
        catch
        {
            lens.Dispose();
            throw;
        }
    }

    internal static TensorToWrite ToWrite(string name, Tensor tensor) =>
        TensorToWrite.FromFloats(name, [.. tensor.Shape.Sizes.ToArray().Select(n => (long)n)], () => tensor.Data);

    internal static void Read(SafetensorsFile file, string name, Tensor tensor)
    {
        if (!file.EntryOf(name).Shape.SequenceEqual(tensor.Shape.Sizes.ToArray().Select(n => (long)n)))
            throw new InputException($"{file.Path}: {name} has another shape than {tensor.Shape}: it is another model's");
        file.Read(name, tensor.Data);
    }

    static TunedLensManifest ReadManifest(string folder)
    {
        string path = Path.Combine(folder, ManifestName);
        if (!File.Exists(path))
            throw new InputException($"there is no tuned lens in {folder} (no {ManifestName}): make one with `hooke lens train`");
        try
        {
            if (new FileInfo(path).Length > LargestManifest)
                throw new JsonException($"it is larger than {LargestManifest:n0} bytes");
            TunedLensManifest manifest = JsonSerializer.Deserialize(File.ReadAllText(path), Json.TunedLensManifest)
                ?? throw new JsonException("it holds null");
            return manifest.Format == TunedLensManifest.CurrentFormat
                ? manifest
                : throw new JsonException($"its format is {manifest.Format}, not {TunedLensManifest.CurrentFormat}");
        }
        catch (Exception fault) when (fault is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read: {fault.Message}", fault);
        }
    }

    static string Short(string identity) => identity.Length > 12 ? identity[..12] : identity;

    static string Sha256(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
