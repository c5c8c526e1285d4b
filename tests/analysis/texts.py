"""A few sentences in many languages, with the tag that each is detected as."""

SENTENCES = {
    "ar": "يُقرأ الملف سطرًا سطرًا ويُغلق عندما لا يبقى شيء للقراءة. تُرجع الدالة عدد البايتات.",
    "ca": "El fitxer es llegeix línia per línia i es tanca quan no queda res per llegir. La col·lecció és d'ell.",
    "cs": "Soubor se čte řádek po řádku a zavře se, jakmile není co číst. Funkce vrací počet zapsaných bajtů.",
    "da": "Filen læses linje for linje og lukkes, når der ikke er mere at læse. Funktionen returnerer antallet.",
    "de": "Der Vertrag über die Donaudampfschifffahrtsgesellschaft wurde unterzeichnet. Die Kosten trägt Wien.",
    "el": "Το αρχείο διαβάζεται γραμμή προς γραμμή και κλείνει όταν δεν απομένει τίποτα. Ο λόγος ΤΟΥ ΑΝΘΡΏΠΟΥ.",
    "en": "A reader opens a file line by line, and closes it once nothing's left; it doesn't return 1,000 bytes.",
    "es": "El archivo se lee línea por línea y se cierra cuando no queda nada por leer. ¿Qué devuelve la función?",
    "fa": "فایل خط به خط خوانده می\u200cشود و وقتی چیزی برای خواندن نماند بسته می\u200cشود.",
    "fi": "Tiedosto luetaan rivi riviltä ja suljetaan, kun mitään ei ole enää luettavana. Funktio palauttaa tavut.",
    "fr": "Le fichier est lu ligne par ligne, puis fermé quand il n’y a plus rien à lire. L'été, la fonction s'arrête.",
    "he": "הקובץ נקרא שורה אחר שורה ונסגר כאשר לא נותר דבר לקרוא. צה״ל מחזיר את מספר הבתים.",
    "hi": "फ़ाइल को पंक्ति दर पंक्ति पढ़ा जाता है और जब पढ़ने के लिए कुछ नहीं बचता तो उसे बंद कर दिया जाता है।",
    "hu": "A fájlt soronként olvassuk be, és bezárjuk, amikor már nincs mit olvasni. A függvény visszaadja a bájtokat.",
    "id": "Berkas dibaca baris demi baris dan ditutup ketika tidak ada lagi yang perlu dibaca. Fungsi ini.",
    "it": "Il file viene letto riga per riga e chiuso quando non c'è più nulla da leggere. L'amica restituisce i byte.",
    "ja": "ファイルは一行ずつ読み込まれ、読むものがなくなると閉じられます。関数は書き込んだバイト数を返します。",
    "ko": "파일은 한 줄씩 읽히며 더 이상 읽을 것이 없으면 닫힙니다. 이 함수는 기록된 바이트 수를 반환합니다.",
    "nl": "Het bestand wordt regel voor regel gelezen en gesloten zodra er niets meer te lezen valt. De foto's.",
    "no": "Filen leses linje for linje og lukkes når det ikke er mer å lese. Funksjonen returnerer antall byte.",
    "pl": "Plik jest odczytywany wiersz po wierszu i zamykany, gdy nie ma już nic do odczytania. Łódź leży w Polsce.",
    "pt": "O arquivo é lido linha por linha e fechado quando não resta mais nada para ler. A função devolve bytes.",
    "ru": "Файл читается построчно и закрывается, когда больше нечего читать. Функция возвращает количество байтов.",
    "sv": "Filen läses rad för rad och stängs när det inte finns något kvar att läsa. Funktionen returnerar byte.",
    "th": "ไฟล์ถูกอ่านทีละบรรทัดและปิดเมื่อไม่มีอะไรเหลือให้อ่าน ฟังก์ชันคืนค่าจำนวนไบต์ที่เขียน",
    "tr": "Dosya satır satır okunur ve okunacak bir şey kalmadığında kapatılır. IRMAK ve İstanbul'un ışıkları.",
    "uk": "Файл читається рядок за рядком і закривається, коли більше нічого читати. Комп'ютер повертає байти.",
    "vi": "Tệp được đọc từng dòng và đóng lại khi không còn gì để đọc. Hàm trả về số byte đã ghi.",
    "zh": "文件逐行读取，读完后关闭。该函数返回写入的字节数。北京大学的学生在图书馆学习。",
}
SIGNS = (
    "C++17, C# or F# on .NET and ASP.NET; node.js v1.2.3 at 192.168.0.1:8080 says ERR_404 of foo_bar, AT&T's R&D. "
    "Mail john.doe@example.com, UTF-8, CVE-2024-1234, 3,14 and 1,000 or .5, rock'n'roll, https://example.com/a?b=1 "
    "🚀👩‍💻🇩🇪"
)
"""What programmers write."""
TEXTS = [*SENTENCES.values(), SIGNS]
