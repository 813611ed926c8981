using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>What a tuned lens is trained on, and what is kept apart to measure it on.</summary>
/// <param name="Name">What it is, in words.</param>
/// <param name="Training">Prompts to train on.</param>
/// <param name="HeldOut">Prompts kept apart.</param>
public sealed record LensText(string Name, IReadOnlyList<int[]> Training, IReadOnlyList<int[]> HeldOut)
{
    const int WorldDocuments = 2_000, HeldOutDocuments = 200;
    const int LinesPerHeldOutLine = 10;
    const int LongestPrompt = 256;
    const long LargestFile = 200_000_000;

    /// <summary>Number of tokens kept apart.</summary>
    public long HeldOutTokens => HeldOut.Sum(prompt => (long)prompt.Length);

    /// <summary>The training text of a world's model; kept apart are documents that the model itself has not seen.</summary>
    /// <param name="folder">The model's folder, with its world beside it.</param>
    /// <param name="model">The model.</param>
    /// <exception cref="InputException">The folder has no world, or a damaged one.</exception>
    public static LensText OfWorld(string folder, Model model)
    {
        World world = TinyworldFolder.LoadWorld(folder);
        TinyworldSettings settings = TinyworldFolder.ReadRecord(folder).Settings;
        long unseen = (long)settings.Steps * settings.Documents;
        int[][] Documents(long first, int count) =>
            [.. Enumerable.Range(0, count).Select(i => model.Tokenizer.Encode(world.Document(settings.Seed, first + i)))];
        return new($"world '{world.Name}' (seed {world.Seed}): the first {WorldDocuments} documents of the model's training "
            + $"text; kept apart: {HeldOutDocuments} documents that the model was not trained on",
            Documents(0, WorldDocuments), Documents(unseen, HeldOutDocuments));
    }

    /// <summary>A text file of prompts, one a line; every tenth line is kept apart, and a repeated line counts once.</summary>
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="model">The model; longer lines are cut at its context, or at 256 tokens.</param>
    /// <exception cref="InputException">The file cannot be read, is too large, or has fewer than ten lines.</exception>
    public static LensText OfFile(string path, Model model)
    {
        string[] lines;
        try
        {
            if (new FileInfo(path).Length > LargestFile)
                throw new InputException($"{path} is larger than {LargestFile:n0} bytes: give a part of it");
            lines = [.. File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line)).Distinct()];
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"Cannot read {path}: {fault.Message}", fault);
        }
        if (lines.Length < LinesPerHeldOutLine)
            throw new InputException(
                $"{path} has {lines.Length} different lines: a lens needs {LinesPerHeldOutLine}, one of them to be measured on");
        int longest = Math.Min(model.Config.NCtx, LongestPrompt);
        IReadOnlyList<int[]> Prompts(Func<int, bool> wanted) =>
            [.. lines.Where((_, i) => wanted(i)).SelectMany(line => model.Tokenizer.Encode(line).Chunk(longest))];
        return new($"{Path.GetFileName(path)}: {lines.Length} lines, every tenth kept apart",
            Prompts(i => i % LinesPerHeldOutLine != LinesPerHeldOutLine - 1),
            Prompts(i => i % LinesPerHeldOutLine == LinesPerHeldOutLine - 1));
    }
}
