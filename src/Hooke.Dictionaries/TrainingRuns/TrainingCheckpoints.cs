using System.Globalization;
using System.Text;
using System.Text.Json;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Dictionaries;

/// <summary>
/// The checkpoints of a training, a folder for each, whole or not there at all: the one before stays until the next is complete.
/// </summary>
sealed class TrainingCheckpoints(string folder, string manifest)
{
    const string PlaceFile = "place.json";
    const int LargestPlace = 1 << 20;

    readonly string _folder = Path.Combine(folder, "checkpoints");

    /// <summary>The newest checkpoint's folder and place; null where there is none.</summary>
    /// <exception cref="InputException">It is damaged, or of another manifest.</exception>
    public (string Folder, CheckpointPlace Place)? Newest
    {
        get
        {
            if (Kept.LastOrDefault() is not { } newest)
                return null;
            string path = Path.Combine(newest, PlaceFile);
            CheckpointPlace place = Read(path);
            return place.Manifest == manifest ? (newest, place)
                : throw new InputException($"{newest} is a checkpoint of another manifest: give that one, or another folder");
        }
    }

    IEnumerable<string> Kept => !Directory.Exists(_folder) ? [] : Directory.EnumerateDirectories(_folder)
        .Where(path => Path.GetFileName(path).All(char.IsAsciiDigit)).Order(StringComparer.Ordinal);

    /// <summary>Writes a checkpoint, then removes the older ones.</summary>
    /// <param name="place">Where the training stands.</param>
    /// <param name="states">Writes the trainers' states into a folder.</param>
    /// <exception cref="InputException">It cannot be written, as when the disk is full; the one before is untouched.</exception>
    public void Write(CheckpointPlace place, Action<string> states)
    {
        string[] older = [.. Kept];
        string path = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{place.Step:d9}"));
        Directory.CreateDirectory(_folder);
        if (Directory.Exists(path + ".part")) // of a program that was killed
            Directory.Delete(path + ".part", recursive: true);
        NewFolder.Write(path, part =>
        {
            states(part);
            AtomicFile.Write(Path.Combine(part, PlaceFile), stream => stream.Write(
                Encoding.UTF8.GetBytes(JsonSerializer.Serialize(place, ManifestJson.Default.CheckpointPlace) + "\n")));
        });
        foreach (string old in older)
            Directory.Delete(old, recursive: true);
    }

    /// <summary>Removes all of them.</summary>
    public void Remove()
    {
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    static CheckpointPlace Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(InputFile.ReadAllBytes(path, LargestPlace), ManifestJson.Default.CheckpointPlace)
                ?? throw new JsonException("it holds null");
        }
        catch (JsonException fault)
        {
            throw new InputException($"{path} is damaged ({fault.Message}); remove its folder to begin anew", fault);
        }
    }
}

/// <summary>Where a training stands, besides its trainers.</summary>
/// <param name="Manifest">Identity of the manifest.</param>
/// <param name="Step">How many batches were learnt from.</param>
/// <param name="Stream">Where the stream stands.</param>
/// <param name="Scales">What activations are multiplied by, site by site.</param>
/// <param name="EarlySha256">SHA-256 of the weights after the first few steps; null before.</param>
sealed record CheckpointPlace(string Manifest, int Step, StreamPosition Stream, IReadOnlyList<float> Scales, string? EarlySha256);
