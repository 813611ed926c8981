using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>A training's manifest as a JSON file.</summary>
public static class ManifestFile
{
    /// <summary>Its name in the folder of a training.</summary>
    public const string Name = "manifest.json";

    const int Largest = 1 << 22;

    /// <summary>Reads a manifest.</summary>
    /// <exception cref="InputException">The file is absent, or no manifest.</exception>
    public static TrainingManifest Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(InputFile.ReadAllBytes(path, Largest), ManifestJson.Default.TrainingManifest)
                ?? throw new JsonException("it holds null");
        }
        catch (JsonException fault)
        {
            throw new InputException($"{path} is not a training's manifest: {fault.Message}", fault);
        }
    }

    /// <summary>Writes a manifest, atomically.</summary>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public static void Write(string path, TrainingManifest manifest) =>
        AtomicFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(TextOf(manifest))));

    /// <summary>SHA-256 of what is to be made, without what came of it.</summary>
    public static string Identity(TrainingManifest manifest) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(TextOf(manifest with { Result = null }))));

    /// <summary>The identity of a model's folder.</summary>
    /// <exception cref="InputException">It has no weights or no config.</exception>
    public static ModelIdentity ModelOf(string folder)
    {
        using Checkpoint checkpoint = Checkpoint.Open(folder);
        string config = Path.Combine(folder, "config.json");
        return new(checkpoint.Sha256, InputFile.Sha256([File.Exists(config) ? config : Path.Combine(folder, "tl_config.json")]));
    }

    static string TextOf(TrainingManifest manifest) =>
        JsonSerializer.Serialize(manifest, ManifestJson.Default.TrainingManifest) + "\n";
}

/// <summary>How a manifest, and a checkpoint's place in the stream, are written as JSON.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, RespectNullableAnnotations = true,
    UseStringEnumConverter = true, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(TrainingManifest))]
[JsonSerializable(typeof(CheckpointPlace))]
sealed partial class ManifestJson : JsonSerializerContext;
