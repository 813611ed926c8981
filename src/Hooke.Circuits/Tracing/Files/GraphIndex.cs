using System.Text.Json;
using System.Text.Json.Nodes;
using Hooke.Models;
using Hooke.Tensors;

namespace Hooke.Circuits;

/// <summary>A folder of graphs as the viewers list it: <c>graph-metadata.json</c> beside a <c>{slug}.json</c> for each.</summary>
public static class GraphIndex
{
    /// <summary>The list's file name.</summary>
    public const string FileName = "graph-metadata.json";

    /// <summary>Writes a graph into a folder and its metadata into the list there, in place of one with the same slug.</summary>
    /// <returns>The graph's path.</returns>
    /// <exception cref="InputException">The slug is no file name, or the list that is there is damaged.</exception>
    public static string Write(string folder, GraphFile graph)
    {
        string slug = graph.Slug;
        if (slug.Length is 0 or > 200 || slug + ".json" == FileName
            || !slug.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            || slug[0] == '.')
            throw new InputException($"the slug '{slug}' cannot be a file's name: use letters, digits, '-', '_' and '.'");
        Directory.CreateDirectory(folder);
        JsonArray graphs = [.. Read(folder).Select(metadata => metadata.DeepClone())];
        int old = graphs.Select((g, i) => (g, i)).Where(at => at.g!["slug"]?.ToString() == slug)
            .Select(at => at.i).DefaultIfEmpty(-1).First();
        JsonNode own = graph.Metadata.DeepClone();
        if (old < 0)
            graphs.Add(own);
        else
            graphs[old] = own;
        string path = Path.Combine(folder, slug + ".json");
        graph.Write(path);
        AtomicFile.Write(Path.Combine(folder, FileName), stream =>
        {
            using Utf8JsonWriter json = new(stream, new JsonWriterOptions { Indented = true });
            new JsonObject { ["graphs"] = graphs }.WriteTo(json);
        });
        return path;
    }

    /// <summary>The metadata of a folder's graphs; none where there is no list.</summary>
    /// <exception cref="InputException">The list is damaged.</exception>
    public static IReadOnlyList<JsonObject> Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            return [];
        try
        {
            using FileStream stream = File.OpenRead(path);
            JsonArray? graphs = JsonNode.Parse(stream)?["graphs"] as JsonArray;
            if (graphs is null || graphs.Any(graph => graph is not JsonObject))
                throw new InputException($"{path} is not a list of graphs: it has no array 'graphs' of objects");
            return [.. graphs.Cast<JsonObject>()];
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or ArgumentException)
        {
            throw new InputException($"{path} is not a list of graphs: {fault.Message}", fault);
        }
    }
}
