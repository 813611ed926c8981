namespace Hooke.Models;

/// <summary>A set of words with numbers, for finding those that begin at a place of a text.</summary>
sealed class Trie
{
    /// <summary>The longest word taken; a bound on the work per place of a text.</summary>
    public const int LongestWord = 1024;

    readonly Dictionary<long, int> _next = []; // (node, character) to node; node 0 is the root
    readonly Dictionary<int, int> _numberAt = [];
    int _nodes = 1;

    public void Add(string word, int number)
    {
        int node = 0;
        foreach (char c in word)
        {
            if (!_next.TryGetValue(Key(node, c), out int next))
                _next.Add(Key(node, c), next = _nodes++);
            node = next;
        }
        _numberAt[node] = number;
    }

    /// <summary>The numbers and ends of the words that begin at <paramref name="start"/>, shortest first.</summary>
    public IEnumerable<(int Number, int End)> WordsAt(string text, int start)
    {
        int node = 0;
        for (int i = start; i < text.Length && _next.TryGetValue(Key(node, text[i]), out node); i++)
            if (_numberAt.TryGetValue(node, out int number))
                yield return (number, i + 1);
    }

    static long Key(int node, char c) => ((long)node << 16) | c;
}
