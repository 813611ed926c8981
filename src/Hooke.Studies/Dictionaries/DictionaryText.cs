using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>What dictionaries are measured on.</summary>
/// <param name="Name">What it is, in words.</param>
/// <param name="Prompts">Token ids, prompt by prompt.</param>
public sealed record DictionaryText(string Name, IReadOnlyList<int[]> Prompts)
{
    const int LongestPrompt = 1024;
    const long LargestFile = 200_000_000;

    /// <summary>A text file's prompts, one a line; or, else, documents that the world's model was not trained on.</summary>
    /// <param name="path">The file, UTF-8, or null.</param>
    /// <param name="folder">The model's folder.</param>
    /// <param name="model">The model; longer lines are cut at its context, or at 1,024 tokens.</param>
    /// <exception cref="InputException">The file cannot be read, or the folder has no world.</exception>
    public static DictionaryText Of(string? path, string folder, Model model)
    {
        if (path is not null)
            return OfFile(path, model);
        LensText world = LensText.OfWorld(folder, model);
        return new($"{world.HeldOut.Count} documents that the model was not trained on", world.HeldOut);
    }

    static DictionaryText OfFile(string path, Model model)
    {
        int longest = Math.Min(model.Config.NCtx, LongestPrompt);
        try
        {
            if (new FileInfo(path).Length > LargestFile)
                throw new InputException($"{path} is larger than {LargestFile:n0} bytes: give a part of it");
            int[][] prompts = [.. File.ReadLines(path).Where(line => !string.IsNullOrWhiteSpace(line))
                .SelectMany(line => model.Tokenizer.Encode(line).Chunk(longest))];
            return prompts.Length > 0
                ? new($"{Path.GetFileName(path)}, {prompts.Length} prompts", prompts)
                : throw new InputException($"{path} holds no text: give one prompt a line");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"Cannot read {path}: {fault.Message}", fault);
        }
    }
}
