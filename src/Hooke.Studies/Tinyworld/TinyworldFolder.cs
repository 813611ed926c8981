using System.Text.Json;
using System.Text.Json.Serialization;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>The files beside a world's model: the world it was trained on, and how.</summary>
public static class TinyworldFolder
{
    const string WorldName = "world.json", RecordName = "training.json";

    static readonly TrainingJson Json = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
        NewLine = "\n",
    });

    /// <summary>The world that a folder's model was trained on.</summary>
    /// <exception cref="InputException">The folder has no world, or a damaged one.</exception>
    public static World LoadWorld(string folder)
    {
        string path = Path.Combine(folder, WorldName);
        if (!File.Exists(path))
            throw new InputException(
                $"{folder} has no {WorldName}, so it has neither named behaviours nor a training text: "
                + "give prompts or a text of your own");
        return World.Load(path, ReadRecord(folder).WorldSeed);
    }

    /// <summary>How a folder's model was trained.</summary>
    /// <exception cref="InputException">The folder has no record of it, or a damaged one.</exception>
    public static TrainingRecord ReadRecord(string folder)
    {
        string path = Path.Combine(folder, RecordName);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), Json.TrainingRecord)
                ?? throw new JsonException("it holds null");
        }
        catch (Exception fault) when (fault is IOException or JsonException or UnauthorizedAccessException)
        {
            throw new InputException($"{path} cannot be read: {fault.Message}", fault);
        }
    }

    /// <summary>Copies the world's file into a model's folder, unless it lies there already.</summary>
    internal static void KeepWorld(string folder, string worldFile)
    {
        string kept = Path.GetFullPath(Path.Combine(folder, WorldName));
        if (kept != Path.GetFullPath(worldFile))
            File.Copy(worldFile, kept, overwrite: true);
    }

    internal static void WriteRecord(string folder, TrainingRecord record)
    {
        string path = Path.Combine(folder, RecordName);
        File.WriteAllText(path + ".partial", JsonSerializer.Serialize(record, Json.TrainingRecord) + "\n");
        File.Move(path + ".partial", path, overwrite: true);
    }
}

/// <summary>How a training's record is written as JSON.</summary>
[JsonSerializable(typeof(TrainingRecord))]
sealed partial class TrainingJson : JsonSerializerContext;

/// <summary>How a world's model was trained: enough to make the same bytes again.</summary>
/// <param name="WorldSeed">The world's seed.</param>
/// <param name="Settings">The training's settings.</param>
/// <param name="EarlyStep">A number of steps after which the weights were hashed.</param>
/// <param name="EarlySha256">SHA-256 of the weights after that step: a short run can be compared with it.</param>
/// <param name="Losses">Mean loss of every hundred steps, in nats per token.</param>
public sealed record TrainingRecord(
    ulong WorldSeed, TinyworldSettings Settings, int EarlyStep, string EarlySha256, IReadOnlyList<float> Losses);
