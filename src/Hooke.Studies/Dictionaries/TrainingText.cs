using Hooke.Dictionaries;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Studies;

/// <summary>The text that a training's manifest names.</summary>
public static class TrainingText
{
    const string WorldFile = "world.json";

    /// <summary>The documents of the world that a folder's model was trained on.</summary>
    /// <exception cref="InputException">The folder has no world.</exception>
    public static TextIdentity OfWorld(string modelFolder, ulong seed)
    {
        string path = Path.Combine(modelFolder, WorldFile);
        return File.Exists(path) ? new(TextKind.World, seed, InputFile.Sha256([path]))
            : throw new InputException($"{modelFolder} has no {WorldFile}, so it has no text of its own: give files with --text");
    }

    /// <summary>Files of plain text.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="context">How many tokens make a sequence.</param>
    /// <param name="manifestFolder">The folder that the manifest lies in.</param>
    /// <exception cref="InputException">A file cannot be read.</exception>
    public static TextIdentity OfFiles(IReadOnlyList<string> paths, int context, string manifestFolder) =>
        new(TextKind.Files, Context: context, Files:
        [
            .. paths.Select(path => new TextFile(Path.GetRelativePath(manifestFolder, path), InputFile.Sha256([path]))),
        ]);

    /// <summary>Opens the text, once it is known to be the one that is named.</summary>
    /// <param name="text">What the manifest says.</param>
    /// <param name="modelFolder">The folder of the first model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="manifestFolder">The folder that the manifest lies in.</param>
    /// <exception cref="InputException">The world or a file is absent, or another than the manifest names.</exception>
    public static ITokenSource Open(TextIdentity text, string modelFolder, Tokenizer tokenizer, string manifestFolder)
    {
        if (text.Kind == TextKind.World)
        {
            Require(OfWorld(modelFolder, text.Seed).WorldSha256!, text.WorldSha256, Path.Combine(modelFolder, WorldFile));
            return new WorldTokens(TinyworldFolder.LoadWorld(modelFolder), tokenizer, text.Seed);
        }
        string[] paths = [.. (text.Files ?? []).Select(file => Path.Combine(manifestFolder, file.Path))];
        for (int i = 0; i < paths.Length; i++)
            Require(InputFile.Sha256([paths[i]]), text.Files![i].Sha256, paths[i]);
        return new TextTokens(tokenizer, paths, text.Context);
    }

    static void Require(string found, string? named, string path)
    {
        if (found != named)
            throw new InputException($"{path} has the SHA-256 {found}, but the manifest names {named}: it is another text");
    }
}
