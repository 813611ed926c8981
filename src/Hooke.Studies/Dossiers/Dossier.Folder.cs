using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hooke.Evidence;
using Hooke.Tensors;

namespace Hooke.Studies;

public sealed partial record Dossier
{
    const string JsonName = "dossier.json", PageName = "index.html", GraphName = "graph.json";
    internal const string GraphPageName = "graph.html";
    const long LargestFile = 64L << 20;

    static readonly JsonDocumentOptions Once = new() { AllowDuplicateProperties = false };

    /// <summary>The bytes of dossier.json as a text: the same for the same dossier, everywhere.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, DossierJson.Strict.Dossier) + "\n";

    /// <summary>
    /// The dossier as it reads back: every number rounded to nine significant digits, every verdict made of those.
    /// </summary>
    public Dossier Settled() => JsonSerializer.Deserialize(ToJson(), DossierJson.Strict.Dossier)!;

    /// <summary>Where the results of two dossiers differ; none where their result identities agree.</summary>
    public IReadOnlyList<Difference> Differences(Dossier other) =>
        [.. JsonDifferences.Between(Measured.Result(this), Measured.Result(other))];

    /// <summary>
    /// Reads a dossier strictly: all that follows from its numbers (tier, verdicts, identities) is computed again.
    /// </summary>
    /// <param name="path">The dossier's folder, or its dossier.json.</param>
    /// <exception cref="InputException">There is no dossier, it is damaged, or it says what its numbers do not
    /// give.</exception>
    public static Dossier Read(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, JsonName) : path;
        if (!File.Exists(file))
            throw new InputException($"There is no dossier at {path}: name a folder that holds {JsonName}.");
        if (new FileInfo(file).Length > LargestFile)
            throw new InputException($"{file} is larger than {LargestFile >> 20} MiB, which no dossier is.");
        return Parse(File.ReadAllText(file), file);
    }

    /// <summary>
    /// Writes dossier.json and index.html into a folder, and with them a latent-level graph and its page, each whole or not
    /// at all, and gives the settled dossier written.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="graph">The graph that <see cref="Latents"/> is of, or null for none.</param>
    /// <exception cref="InputException">The folder holds something else than a dossier, or cannot be
    /// written.</exception>
    public Dossier Write(string folder, TraceStudy? graph = null)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), partial = target + ".partial";
        RequireFolder(folder);
        Dossier settled = Settled();
        DossierChecks.Check(settled, "The dossier");
        try
        {
            Clear(partial);
            Directory.CreateDirectory(partial);
            WriteFile(Path.Combine(partial, PageName), DossierPage.Render(settled));
            if (graph is not null)
            {
                graph.File.Write(Path.Combine(partial, GraphName));
                WriteFile(Path.Combine(partial, GraphPageName), TracePage.Render(graph.File, graph.Details));
            }
            WriteFile(Path.Combine(partial, JsonName), settled.ToJson());
            Publish(partial, target);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write the dossier to {folder}: {fault.Message}", fault);
        }
        finally
        {
            Clear(partial);
        }
        return settled;
    }

    /// <summary>Whether a dossier may be written into a folder: to be asked before long work.</summary>
    /// <exception cref="InputException">
    /// The folder, or the one it is put together in, holds something else or cannot be made.
    /// </exception>
    public static void RequireFolder(string folder)
    {
        string target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)), partial = target + ".partial";
        RefuseForeign(target);
        RefuseForeignPartial(partial);
        try
        {
            bool there = Directory.Exists(partial);
            Directory.CreateDirectory(partial);
            if (!there)
                Directory.Delete(partial);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot write the dossier to {folder}: {fault.Message}", fault);
        }
    }

    static Dossier Parse(string json, string file)
    {
        try
        {
            JsonNode read = JsonNode.Parse(json, documentOptions: Once) ?? throw new JsonException("It holds null.");
            CheckSchema(read, file);
            Dossier dossier = read.Deserialize(DossierJson.Strict.Dossier)!;
            DossierChecks.Check(dossier, file);
            JsonNode written = JsonSerializer.SerializeToNode(dossier, DossierJson.Strict.Dossier)!;
            if (JsonDifferences.Between(read, written).FirstOrDefault() is { } difference)
                throw new InputException(
                    $"{file} does not agree with itself: {difference.Path} is {difference.Here}, "
                    + $"where its numbers give {difference.There}; run the investigation again.");
            return dossier;
        }
        catch (Exception fault)
            when (fault is JsonException or ArgumentException or FormatException or ClaimRefusedException)
        {
            throw new InputException($"{file} is not a dossier that can be read: {fault.Message}", fault);
        }
    }

    static void CheckSchema(JsonNode read, string file)
    {
        string schema = SchemaOf(read);
        if (schema != $"{SchemaName} {CurrentVersion}")
            throw new InputException(
                $"{file} says its format is \"{schema}\"; this Hooke reads \"{SchemaName} {CurrentVersion}\".");
    }

    static string SchemaOf(JsonNode? read) =>
        read is JsonObject root ? $"{root["schema"]} {root["schema_version"]}" : "not an object";

    static void RefuseForeign(string folder)
    {
        if (File.Exists(folder))
            throw new InputException($"{folder} is a file, not a folder for a dossier; name another folder.");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !IsDossier(folder))
            throw new InputException(
                $"{folder} holds something else than a dossier and is left as it is; name another folder.");
    }

    // What an interrupted write left behind may go; anything else may not.
    static void RefuseForeignPartial(string partial)
    {
        IEnumerable<string> left = Directory.Exists(partial) ? Directory.EnumerateFileSystemEntries(partial) : [];
        if (File.Exists(partial) || left.Any(entry =>
            Path.GetFileName(entry) is not (JsonName or PageName or GraphName or GraphPageName)))
            throw new InputException(
                $"{partial}, where the dossier is put together, holds something else; move it away.");
    }

    static bool IsDossier(string folder)
    {
        string file = Path.Combine(folder, JsonName);
        try
        {
            string schema = File.Exists(file) ? SchemaOf(JsonNode.Parse(File.ReadAllText(file))) : "";
            return schema.StartsWith(SchemaName + " ", StringComparison.Ordinal);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    static void Publish(string partial, string target)
    {
        if (!Directory.Exists(target))
        {
            Directory.Move(partial, target);
            return;
        }
        foreach (string name in (string[])[GraphName, GraphPageName, PageName, JsonName])
            if (File.Exists(Path.Combine(partial, name)))
                File.Move(Path.Combine(partial, name), Path.Combine(target, name), overwrite: true);
            else
                File.Delete(Path.Combine(target, name)); // a graph of the dossier that was there
    }

    static void WriteFile(string path, string text)
    {
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write);
        file.Write(Encoding.UTF8.GetBytes(text));
        file.Flush(flushToDisk: true);
    }

    static void Clear(string partial)
    {
        if (Directory.Exists(partial))
            Directory.Delete(partial, recursive: true);
    }
}
